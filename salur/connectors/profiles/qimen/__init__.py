"""The Qimen warehouse standard (ERP to WMS), as any warehouse speaks it; see README.md beside this file."""
