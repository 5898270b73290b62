"""The centre: it keeps the ledger of entries as received, folds it into cases, and serves those who work on them.

Rules live in ``domain``, SQL in ``store``, and one act of an officer in each module of ``actions``. Neither the kiosk
nor the modems are imported.
"""
