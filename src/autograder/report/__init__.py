"""Pages of results and of the data set, drawn from what the stages wrote.

Public: `results_page.render`, `data_card.render`.
"""
