"""What is asked of the learner: one file for each notebook, named like it, with its exercises, sheets and questions.

A file says in NOTEBOOK where it belongs. Whatever it defines is found: nothing here lists the files or what they hold.
"""
