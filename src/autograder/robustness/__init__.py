"""What a judge withstands, counted: attacks, changes of form and of content, and reasons.

Public: `texts.read_texts`, `cases.make_cases`, `grading.grade`, `measures.measure`, `table.table`,
`page.render`.
"""
