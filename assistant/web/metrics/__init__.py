"""The Metrics tab: how often models were asked, how long they took, what it cost and what guardrails found."""
