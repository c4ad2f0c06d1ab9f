import pytest

from assistant.guardrails.document import SensitiveInformationPolicy
from assistant.guardrails.pii import find

NAMES = SensitiveInformationPolicy(piiEntitiesConfig=[{"type": "NAME", "action": "NONE"}])


@pytest.mark.parametrize(
    "text",
    [
        "How does Amazon Polly differ from Amazon Lex, and when do I use Kendra?",
        "Claude or Titan, Llama or Mistral: which one is cheaper on Bedrock?",
        "Does Lambda start before Textract and Rekognition have answered?",
        "Polly speaks, Lex listens, Kendra searches and Comprehend reads.",
        "What do Bayes' theorem and the Jensen-Shannon divergence have in common?",
        "Adam is an optimizer, Iris is a data set and Ada is an embedding model.",
        "Use PyTorch Lightning with a LangChain retriever in JupyterLab.",
    ],
)
def test_products_and_terms_are_no_people(text):
    assert find(text, NAMES) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My name is Priya Raghunathan.", "Priya Raghunathan"),
        ("my name is jessica, and I am late", "jessica"),
        ("Ask Dr. Okonkwo about it.", "Okonkwo"),
        ("I would ask my brother Yusuf.", "Yusuf"),
        ("The paper of Katarzyna B. Nowak is good.", "Katarzyna B. Nowak"),
        ("Tell Søren that the exam is on Monday.", "Søren"),
        ("Robert passed the exam.", "Robert"),
    ],
)
def test_people_are_found_by_model_list_and_introduction(text, name):
    assert [finding.match for finding in find(text, NAMES)] == [name]
