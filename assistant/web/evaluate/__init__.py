"""The Evaluate tab: runs and their figures, a run in the making, and rating sessions."""
