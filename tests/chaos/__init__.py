"""The bridge in a storm: orders come while everything around it breaks, and afterwards both sides must agree.

`make chaos`; docs/reliability.md tells what is injected and what is asserted. A run reads top down: plan.py (from a
seed), servers.py and bridge.py (the processes), workload.py, injector.py, settle.py, auditor.py, report.py.
"""
