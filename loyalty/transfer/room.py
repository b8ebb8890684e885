"""What imports keep of people."""

from loyalty.program.rooms import Rules
from loyalty.transfer.files.erasing import erase_imports

RULES = Rules(fan_out={"import_files": erase_imports})
