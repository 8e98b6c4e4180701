"""What needs no kernel: a notebook as one page on which its views live, as slides, and the fonts that they carry."""
