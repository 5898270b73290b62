"""Serial modems for SMS: not written yet.

Nothing here will know of complaints, and none of our other packages is imported.
"""
