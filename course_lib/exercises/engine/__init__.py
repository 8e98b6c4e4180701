"""How an answer is run, compared and told, for whatever the files of `course_lib.exercises.content` ask."""
