from django.db.models import QuerySet

from customers.models import Note
from customers.queries import family


def notes_of(customer_id: int) -> QuerySet[Note]:
    """In no order, with who wrote them; those of merged profiles, too."""
    return Note.objects.filter(customer_id__in=family(customer_id)).select_related("staff")
