"""Files of answers graded whole, in constant memory, resumable at any moment.

Public: `grade_file.grade_file`.
"""
