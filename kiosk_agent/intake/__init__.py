"""How a report comes in: what a form must hold, and how it becomes one stored entry."""

from kiosk_agent.errors import IntakeError, NotSavedError
from kiosk_agent.intake.centre import CentreData
from kiosk_agent.intake.form import Filed, Form
from kiosk_agent.intake.intake import Intake

__all__ = ["CentreData", "Filed", "Form", "Intake", "IntakeError", "NotSavedError"]
