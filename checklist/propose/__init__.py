"""What `init` proposes: a survey of the project, and the files that it lacks, made from templates. Pure."""

from checklist.propose.deploys import DEPLOY as DEPLOY
from checklist.propose.deploys import ROLLBACK as ROLLBACK
from checklist.propose.deploys import SCRIPTS as SCRIPTS
from checklist.propose.deploys import SMOKE as SMOKE
from checklist.propose.deploys import START as START
from checklist.propose.deploys import other_systems as other_systems
from checklist.propose.notes import notes as notes
from checklist.propose.proposals import CONFIG as CONFIG
from checklist.propose.proposals import EXAMPLE as EXAMPLE
from checklist.propose.proposals import TARGETS as TARGETS
from checklist.propose.proposals import Proposal as Proposal
from checklist.propose.proposals import proposals as proposals
from checklist.propose.survey import Survey as Survey
from checklist.propose.survey import is_code as is_code
from checklist.propose.survey import survey as survey
