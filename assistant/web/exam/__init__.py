"""The Exam tab: practice, mock exams, drill, questions of one's own, and the history."""
