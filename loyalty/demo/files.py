"""What was imported: files as people send them, with rows that are refused. The imports' page has them to download."""

import datetime as dt

CUSTOMERS = """customer_id,First Name,Last Name,E-Mail,Phone,Birthday,Country,Language,Currency
old-1001,Ilona,Szendrey,ilona.szendrey@example.org,+36 20 5551001,1958-09-16,HU,hu,HUF
old-1002,Jürgen,Großkopf,juergen.grosskopf@example.org,+49 151 55501002,1971-02-28,DE,de,EUR
old-1003,Zoë,Ó Briain,zoe.obriain@example.net,+44 7700 900103,1990-12-01,GB,en,GBP
old-1004,Łucja,Żółkowska,lucja.zolkowska@example.net,+48 501 5551004,1984-07-19,PL,pl,PLN
old-1005,Åsa,Öberg,no address given,+46 70 1741005,1966-11-30,SE,sv,SEK
old-1006,Hélène,Lefèvre,helene.lefevre@example.com,+33 6 39981006,31.02.1979,FR,fr,EUR
"""
_EVENTS = """customer,action,points,reason,date
old-1001,opt_in,,,{before}
old-1001,point_add,150,Autumn fair,{day}
old-1002,opt_in,,,{before}
old-1002,point_add,250,Autumn fair,{day}
old-1003,point_add,-20,Autumn fair,{day}
nobody-knows,point_add,50,Autumn fair,{day}
old-1004,point_ad,75,Autumn fair,{day}
"""


def events(day: dt.date) -> str:
    """Points that were given at a fair on that day."""
    return _EVENTS.format(before=day - dt.timedelta(days=1), day=day)
