"""What may go into a model and come out of it: policies that a person can read, test and trust, shaped as Bedrock's."""
