"""What a judge withstands, counted: attacks, mere changes of form, answers of known worth.

Public: `texts.read_texts`, `cases.make_cases`, `grading.grade`, `measures.measure`, `table.table`,
`page.render`.
"""
