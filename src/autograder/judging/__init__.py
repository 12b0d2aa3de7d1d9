"""A judge in use: loading, forward passes, verdicts, reasonings; calibrating and publishing one.

Public: `judge.Judge`, `grader.Grader`, `calibrate.calibrate`, `publish.publish`,
`folder.read_judge`, `naming.find_judge`.
"""
