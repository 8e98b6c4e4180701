"""Run notebooks in place, and store them without what differs each time.

python -m nbconvert --config notebooks/nbconvert_config.py notebooks/X.ipynb
"""

import atexit
import os
import tempfile
from pathlib import Path

from nbconvert.preprocessors import CoalesceStreamsPreprocessor, Preprocessor

# A progress bar would be stored, and differ each time.
os.environ["TQDM_DISABLE"] = "1"
os.environ["COURSE_SEED"] = "0"  # the numbers of the sheets by hand too
# What is stored has nothing done.
folder = tempfile.TemporaryDirectory(prefix="course-progress-")
atexit.register(folder.cleanup)
os.environ["COURSE_PROGRESS"] = str(Path(folder.name, "progress.sqlite3"))

# Of a cell's metadata; CONTRIBUTING.md says what each is for.
KEPT = {"tags", "slideshow", "lecture", "course"}
VIEW = "application/vnd.jupyter.widget-view+json"


class StoredForm(Preprocessor):
    """Drops execution counts, and metadata but the kernel's name and KEPT.

    Of a live view it keeps the picture that stands in for it: the view
    needs a kernel, and an id that differs. What decides a prediction, the
    code cells right after it, is stored collapsed: none reads it unasked.
    """

    def preprocess(self, nb, resources):
        nb.metadata = {
            "kernelspec": {
                "display_name": "Python 3",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        }
        deciding = False
        for cell in nb.cells:
            cell.metadata = {
                key: cell.metadata[key]
                for key in cell.metadata
                if key in KEPT
            }
            asks = cell.source.startswith("prediction(")
            if deciding and cell.cell_type == "code" and not asks:
                cell.metadata["jupyter"] = {"outputs_hidden": True}
            deciding = asks or (deciding and cell.cell_type == "code")
            if cell.cell_type == "code":
                cell.execution_count = None
                for output in cell.outputs:
                    if output.output_type == "execute_result":
                        output.execution_count = None
                    output.get("data", {}).pop(VIEW, None)
        return nb, resources


c = get_config()  # noqa: F821 - Jupyter gives it to its configuration files
c.NbConvertApp.export_format = "notebook"
c.NbConvertApp.use_output_suffix = False  # write to what was read
c.ExecutePreprocessor.enabled = True
c.NotebookExporter.preprocessors = [CoalesceStreamsPreprocessor, StoredForm]
