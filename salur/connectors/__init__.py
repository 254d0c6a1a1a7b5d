"""Partners as plug-ins: `base` is the seam, `stores` and `warehouses` hold one folder per partner."""
