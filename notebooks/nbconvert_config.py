"""Run notebooks in place, and store them with their outputs but without what differs from run to run.

python -m nbconvert --config notebooks/nbconvert_config.py notebooks/05_grad_W.ipynb
"""

import atexit
import os
import tempfile
from pathlib import Path

from nbconvert.preprocessors import CoalesceStreamsPreprocessor, Preprocessor

os.environ["TQDM_DISABLE"] = "1"  # a progress bar would be stored, and differ each time
os.environ["COURSE_SEED"] = "0"  # the numbers of the sheets by hand too
folder = tempfile.TemporaryDirectory(prefix="course-progress-")
atexit.register(folder.cleanup)
os.environ["COURSE_PROGRESS"] = str(Path(folder.name, "progress.sqlite3"))  # what is stored has nothing done

KEPT = {"tags", "slideshow", "lecture", "course"}  # of a cell's metadata; CONTRIBUTING.md says what each is for


class StoredForm(Preprocessor):
    """Drops execution counts, and all metadata but the name of the kernel, and of cells what is KEPT.

    Of a live view it keeps the picture that stands in for it: the view itself needs a kernel, and an id that differs.
    What decides a prediction, the code cells right after it, is stored collapsed: nobody reads the answer by accident.
    """

    def preprocess(self, nb, resources):
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        nb.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
        deciding = False
        for cell in nb.cells:
            cell.metadata = {key: value for key, value in cell.metadata.items() if key in KEPT}
            asks = cell.source.startswith("prediction(")
            if deciding and cell.cell_type == "code" and not asks:
                cell.metadata["jupyter"] = {"outputs_hidden": True}
            deciding = asks or (deciding and cell.cell_type == "code")
            if cell.cell_type == "code":
                cell.execution_count = None
                for output in cell.outputs:
                    if output.output_type == "execute_result":
                        output.execution_count = None
                    output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
        return nb, resources


c = get_config()  # noqa: F821 - Jupyter gives this function to its configuration files
c.NbConvertApp.export_format = "notebook"
c.NbConvertApp.use_output_suffix = False  # write to the notebook that was read
c.ExecutePreprocessor.enabled = True
c.NotebookExporter.preprocessors = [CoalesceStreamsPreprocessor, StoredForm]
