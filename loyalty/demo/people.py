"""Who the demo's customers are: names, languages, currencies, phones and towns that belong together."""

import datetime as dt
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

DOMAINS = ("example.com", "example.org", "example.net")
OLDEST, YOUNGEST, USUAL = 85, 18, 38


@dataclass(frozen=True)
class Country:
    """`weight` is its share among the customers. Families with a slash are male/female."""

    code: str
    weight: int
    language: str
    currency: str
    # Beginnings of mobile numbers, with the country's; the rest are digits.
    phone: str
    women: str
    men: str
    families: str
    towns: str

    @cached_property
    def names(self) -> dict[str, list[str]]:
        return {"female": self.women.split(), "male": self.men.split()}

    @cached_property
    def family_names(self) -> list[str]:
        return self.families.split()

    @cached_property
    def town_names(self) -> list[str]:
        return self.towns.split(", ")


COUNTRIES = (
    Country(
        "HU", 30, "hu", "HUF", "+36 20 555",
        "Anna Mária Erzsébet Zsófia Katalin Eszter Ágnes Júlia Réka Zsuzsanna Boglárka Dóra Noémi Ildikó Nóra Lilla Tímea Hanna",
        "László István József Gábor Zoltán Péter Bence Máté Ádám Dávid Tamás András Balázs Dániel Gergő Márton Attila Levente",
        "Nagy Kovács Tóth Szabó Horváth Varga Kiss Molnár Németh Farkas Balogh Papp Lakatos Takács Juhász Oláh Mészáros Simon "
        "Rácz Fekete Szilágyi Török Fehér Gál Pintér Kőműves Szűcs Bíró Sándor Vörös",
        "Budapest, Debrecen, Szeged, Pécs, Győr, Miskolc, Székesfehérvár, Eger",
    ),
    Country(
        "DE", 18, "de", "EUR", "+49 151 555",
        "Anna Marie Sophie Lena Lea Katharina Julia Sabine Petra Claudia Käthe Heike Franziska Johanna Greta Mia Jana",
        "Lukas Jonas Felix Maximilian Jürgen Stefan Thomas Andreas Björn Sören Matthias Günther Paul Finn Moritz Tobias Jörg Uwe",
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf "
        "Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Weiß Jäger Böhm Köhler Groß",
        "Berlin, Hamburg, München, Köln, Leipzig, Stuttgart, Nürnberg, Düsseldorf",
    ),
    Country(
        "AT", 8, "de", "EUR", "+43 664 555",
        "Anna Lena Sarah Elisabeth Maria Theresa Magdalena Eva Barbara Christina Johanna Valentina Verena Martina",
        "Lukas Florian David Tobias Johannes Michael Christoph Bernhard Matthias Jakob Sebastian Martin Wolfgang Günter",
        "Gruber Huber Bauer Wagner Müller Pichler Steiner Moser Mayer Hofer Leitner Berger Fuchs Eder Fischer Schmid Winkler "
        "Weber Schwarz Maier Schneider Reiter Schmidt Lechner Wallner Höller Köck",
        "Wien, Graz, Linz, Salzburg, Innsbruck, Klagenfurt",
    ),
    Country(
        "FR", 10, "fr", "EUR", "+33 6 39 98",
        "Camille Léa Manon Chloé Inès Zoé Élodie Céline Aurélie Hélène Françoise Amélie Margaux Anaïs Noémie Juliette",
        "Lucas Hugo Théo Louis Gabriel Jérôme François Rémi Étienne Benoît Clément Mathéo Raphaël Gaël Stéphane Antoine",
        "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Lefèvre Fournier Girard Mercier Dupont Lambert "
        "Bonnet François Martínez Legrand Garnier Faure Rousseau Blanchet Guérin Boyer Chevalier Gauthier Perrin Lemaître",
        "Paris, Lyon, Marseille, Toulouse, Nantes, Bordeaux, Strasbourg, Orléans",
    ),
    Country(
        "IT", 8, "it", "EUR", "+39 320 555",
        "Giulia Sofia Martina Chiara Francesca Alessia Elena Silvia Federica Valentina Ilaria Paola Noemi Beatrice Nicoletta",
        "Luca Marco Matteo Lorenzo Andrea Davide Alessandro Giuseppe Niccolò Francesco Simone Gianluca Paolo Stefano Raffaele",
        "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Mancini Costa Giordano Rizzo "
        "Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Nicolò D'Angelo",
        "Milano, Roma, Torino, Bologna, Firenze, Napoli, Verona, Forlì",
    ),
    Country(
        "ES", 7, "es", "EUR", "+34 612 555",
        "Lucía María Paula Sofía Carmen Ana Laura Marta Elena Inés Rocío Begoña Nuria Pilar Belén Araceli",
        "Hugo Mateo Martín Pablo Alejandro José Álvaro Adrián Javier Sergio Iván Rubén Raúl Jesús Ramón Íñigo",
        "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Muñoz "
        "Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Núñez Ibáñez",
        "Madrid, Barcelona, Valencia, Sevilla, Zaragoza, Málaga, Bilbao, Cádiz",
    ),
    Country(
        "PL", 7, "pl", "PLN", "+48 501 555",
        "Anna Katarzyna Małgorzata Agnieszka Zofia Zuzanna Maja Łucja Joanna Magdalena Aleksandra Ewa Elżbieta Grażyna",
        "Jakub Szymon Paweł Michał Łukasz Piotr Krzysztof Tomasz Stanisław Mateusz Wojciech Rafał Sławomir Grzegorz",
        "Nowak Kowalski/Kowalska Wiśniewski/Wiśniewska Wójcik Kowalczyk Kamiński/Kamińska Lewandowski/Lewandowska "
        "Zieliński/Zielińska Szymański/Szymańska Woźniak Dąbrowski/Dąbrowska Kozłowski/Kozłowska Jankowski/Jankowska Mazur "
        "Krawczyk Piotrowski/Piotrowska Grabowski/Grabowska Pawłowski/Pawłowska Michalski/Michalska Król Wróbel Zając",
        "Warszawa, Kraków, Łódź, Wrocław, Poznań, Gdańsk, Szczecin",
    ),
    Country(
        "CZ", 5, "cs", "CZK", "+420 601 555",
        "Jana Marie Eva Hana Anna Lenka Kateřina Lucie Věra Alena Petra Veronika Tereza Eliška Zdeňka Markéta",
        "Jiří Jan Petr Josef Pavel Martin Tomáš Jaroslav Miroslav Zdeněk Václav Lukáš Ondřej Vojtěch Matěj Štěpán",
        "Novák/Nováková Svoboda/Svobodová Novotný/Novotná Dvořák/Dvořáková Černý/Černá Procházka/Procházková Kučera/Kučerová "
        "Veselý/Veselá Horák/Horáková Němec/Němcová Pokorný/Pokorná Marek/Marková Pospíšil/Pospíšilová Hájek/Hájková "
        "Král/Králová Růžička/Růžičková Beneš/Benešová Fiala/Fialová Sedláček/Sedláčková Doležal/Doležalová",
        "Praha, Brno, Ostrava, Plzeň, Olomouc, Liberec",
    ),
    Country(
        "SE", 3, "sv", "SEK", "+46 70 174",
        "Anna Maria Elisabeth Eva Kristina Linnéa Åsa Märta Karin Ingrid Sofia Ebba Alva Maja Göta Saga",
        "Lars Karl Anders Johan Per Nils Erik Björn Göran Håkan Åke Sven Gustav Oskar Elias Mårten",
        "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Pettersson Jönsson Hansson "
        "Lindström Lindqvist Axelsson Bergström Lundgren Sjöberg Öberg Åkesson Nyström Holmström Sandström",
        "Stockholm, Göteborg, Malmö, Uppsala, Örebro, Umeå",
    ),
    Country(
        "GB", 4, "en", "GBP", "+44 7700 900",
        "Olivia Amelia Isla Emily Charlotte Grace Sophie Emma Zoë Chloe Hannah Lucy Alice Megan Niamh Eleanor",
        "Oliver George Harry Jack Charlie Thomas James William Joshua Daniel Samuel Benjamin Rhys Callum Alfie Edward",
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green Hall "
        "Wood Jackson Clarke O'Brien Hughes Edwards Turner Hill Baker Cooper Morris Fitzgerald",
        "London, Manchester, Leeds, Bristol, Edinburgh, Cardiff",
    ),
)  # fmt: skip
_WEIGHTS = [country.weight for country in COUNTRIES]


@dataclass(frozen=True)
class Person:
    country: Country
    gender: str
    first_name: str
    last_name: str
    birth_date: dt.date
    email: str
    phone: str
    town: str

    def profile(self, random: Random) -> dict[str, Any]:
        """What an opt-in tells of the person; not everybody tells everything."""
        told: dict[str, Any] = {
            "first_name": self.first_name,
            "last_name": self.last_name,
            "email": self.email,
            "language": self.country.language,
            "country": self.country.code,
            "currency": self.country.currency,
            "city": self.town,
            "newsletter": random.random() < 0.6,
        }
        if random.random() < 0.9:
            told["gender"] = self.gender
        if random.random() < 0.8:
            told["birth_date"] = self.birth_date.isoformat()
        if random.random() < 0.7:
            told["mobile_phone"] = self.phone
        if random.random() < 0.1:
            told["nickname"] = self.first_name[:4].rstrip("-")
        return told


class People:
    """Makes persons; no two have the same e-mail address."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def person(self, random: Random, today: dt.date) -> Person:
        [country] = random.choices(COUNTRIES, _WEIGHTS)
        gender = random.choice(("female", "female", "female", "male", "male"))
        first_name = random.choice(country.names[gender])
        families = random.choice(country.family_names).split("/")
        last_name = families[-1] if gender == "female" else families[0]
        age = random.triangular(YOUNGEST + 1, OLDEST - 1, USUAL)
        return Person(
            country,
            gender,
            first_name,
            last_name,
            today - dt.timedelta(days=round(age * 365.25)),
            self._email(random, first_name, last_name),
            phone(random, country),
            random.choice(country.town_names),
        )

    def _email(self, random: Random, first_name: str, last_name: str) -> str:
        name, domain = f"{_plain(first_name)}.{_plain(last_name)}", random.choice(DOMAINS)
        number = 1
        while (address := f"{name}{number if number > 1 else ''}@{domain}") in self._taken:
            number += 1
        self._taken.add(address)
        return address


def phone(random: Random, country: Country) -> str:
    """Of a length that mobile numbers have: the beginning and as many digits as are missing to eleven."""
    missing = max(3, 11 - sum(map(str.isdigit, country.phone)))
    return f"{country.phone} {random.randrange(10**missing):0{missing}}"


_LETTERS = str.maketrans({"ł": "l", "ß": "ss", "ø": "o", "æ": "ae", "đ": "d"})


def _plain(name: str) -> str:
    """Letters that an address can hold."""
    decomposed = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    return "".join(char for char in decomposed if char.isascii() and char.isalpha())
