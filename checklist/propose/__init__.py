"""What `init` proposes: a survey of the project, and the files that it lacks, made from templates. Pure."""

from checklist.propose.notes import notes as notes
from checklist.propose.proposals import CONFIG as CONFIG
from checklist.propose.proposals import EXAMPLE as EXAMPLE
from checklist.propose.proposals import TARGETS as TARGETS
from checklist.propose.proposals import Proposal as Proposal
from checklist.propose.proposals import proposals as proposals
from checklist.propose.survey import Survey as Survey
from checklist.propose.survey import is_code as is_code
from checklist.propose.survey import survey as survey
