"""Live views of matrices: each is a small Python class with a .js and a .css of its name, and works without a kernel."""

from course_lib.widgets.product_explorer import ProductExplorer

__all__ = ["ProductExplorer"]
