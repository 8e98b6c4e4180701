"""Tests in a real JupyterLab and a headless Chromium. A package, so that both end with the last of them."""
