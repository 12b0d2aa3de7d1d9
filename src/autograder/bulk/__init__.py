"""Files of answers graded whole, in constant memory, resumable at any moment."""
