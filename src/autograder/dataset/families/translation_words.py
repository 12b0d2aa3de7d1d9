"""A phrase book in five languages: word lists, and a small grammar that combines them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian"}
FOREIGN = ("de", "fr", "es", "it")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase in every language, `texts`; `misgendered` has the article of a wrong gender."""

    key: tuple[str, ...]
    texts: dict[str, str]
    misgendered: dict[str, str]


# English, plural; then for each language article, singular and plural. No noun begins with a
# vowel in French or Italian, where the article would hide the gender.
_NOUNS = """
house houses | das Haus Häuser | la maison maisons | la casa casas | la casa case
table tables | der Tisch Tische | la table tables | la mesa mesas | il tavolo tavoli
car cars | das Auto Autos | la voiture voitures | el coche coches | la macchina macchine
door doors | die Tür Türen | la porte portes | la puerta puertas | la porta porte
book books | das Buch Bücher | le livre livres | el libro libros | il libro libri
flower flowers | die Blume Blumen | la fleur fleurs | la flor flores | il fiore fiori
dog dogs | der Hund Hunde | le chien chiens | el perro perros | il cane cani
cat cats | die Katze Katzen | le chat chats | el gato gatos | il gatto gatti
chair chairs | der Stuhl Stühle | la chaise chaises | la silla sillas | la sedia sedie
boat boats | das Boot Boote | le bateau bateaux | el barco barcos | la barca barche
suitcase suitcases | der Koffer Koffer | la valise valises | la maleta maletas | la valigia valigie
letter letters | der Brief Briefe | la lettre lettres | la carta cartas | la lettera lettere
bicycle bicycles | das Fahrrad Fahrräder | le vélo vélos | la bicicleta bicicletas | la bicicletta biciclette
shirt shirts | das Hemd Hemden | la chemise chemises | la camisa camisas | la camicia camicie
key keys | der Schlüssel Schlüssel | la clé clés | la llave llaves | la chiave chiavi
bottle bottles | die Flasche Flaschen | la bouteille bouteilles | la botella botellas | la bottiglia bottiglie
bed beds | das Bett Betten | le lit lits | la cama camas | il letto letti
horse horses | das Pferd Pferde | le cheval chevaux | el caballo caballos | il cavallo cavalli
apple apples | der Apfel Äpfel | la pomme pommes | la manzana manzanas | la mela mele
bridge bridges | die Brücke Brücken | le pont ponts | el puente puentes | il ponte ponti
"""  # noqa: E501 - a row of the table is a line
# English; the German stem; then masculine and feminine.
_COLOURS = """
red | rot | rouge rouge | rojo roja | rosso rossa
black | schwarz | noir noire | negro negra | nero nera
white | weiß | blanc blanche | blanco blanca | bianco bianca
green | grün | vert verte | verde verde | verde verde
yellow | gelb | jaune jaune | amarillo amarilla | giallo gialla
blue | blau | bleu bleue | azul azul | blu blu
grey | grau | gris grise | gris gris | grigio grigia
"""
_DAYS = """
Monday | Montag | lundi | lunes | lunedì
Tuesday | Dienstag | mardi | martes | martedì
Wednesday | Mittwoch | mercredi | miércoles | mercoledì
Thursday | Donnerstag | jeudi | jueves | giovedì
Friday | Freitag | vendredi | viernes | venerdì
Saturday | Samstag | samedi | sábado | sabato
Sunday | Sonntag | dimanche | domingo | domenica
"""
_MONTHS = """
January | Januar | janvier | enero | gennaio
February | Februar | février | febrero | febbraio
March | März | mars | marzo | marzo
April | April | avril | abril | aprile
May | Mai | mai | mayo | maggio
June | Juni | juin | junio | giugno
July | Juli | juillet | julio | luglio
August | August | août | agosto | agosto
September | September | septembre | septiembre | settembre
October | Oktober | octobre | octubre | ottobre
November | November | novembre | noviembre | novembre
December | Dezember | décembre | diciembre | dicembre
"""
_NUMBERS = """
two | zwei | deux | dos | due
three | drei | trois | tres | tre
four | vier | quatre | cuatro | quattro
five | fünf | cinq | cinco | cinque
six | sechs | six | seis | sei
seven | sieben | sept | siete | sette
eight | acht | huit | ocho | otto
nine | neun | neuf | nueve | nove
ten | zehn | dix | diez | dieci
eleven | elf | onze | once | undici
"""
_TENS = """
twenty | zwanzig | vingt | veinti | venti
thirty | dreißig | trente | treinta | trenta
forty | vierzig | quarante | cuarenta | quaranta
fifty | fünfzig | cinquante | cincuenta | cinquanta
sixty | sechzig | soixante | sesenta | sessanta
"""
# Blank lines part groups, whose phrases are easily confused.
_PHRASES = """
good morning | guten Morgen | bonjour | buenos días | buongiorno
good night | gute Nacht | bonne nuit | buenas noches | buonanotte
see you tomorrow | bis morgen | à demain | hasta mañana | a domani

thank you very much | vielen Dank | merci beaucoup | muchas gracias | grazie mille
good luck | viel Glück | bonne chance | buena suerte | buona fortuna
have a good trip | gute Reise | bon voyage | buen viaje | buon viaggio
happy birthday | alles Gute zum Geburtstag | joyeux anniversaire | feliz cumpleaños | buon compleanno

with milk | mit Milch | avec du lait | con leche | con latte
with sugar | mit Zucker | avec du sucre | con azúcar | con zucchero
without sugar | ohne Zucker | sans sucre | sin azúcar | senza zucchero
without milk | ohne Milch | sans lait | sin leche | senza latte

I am hungry | ich habe Hunger | j'ai faim | tengo hambre | ho fame
I am thirsty | ich habe Durst | j'ai soif | tengo sed | ho sete

it is cold today | heute ist es kalt | il fait froid aujourd'hui | hoy hace frío | oggi fa freddo
it is hot today | heute ist es heiß | il fait chaud aujourd'hui | hoy hace calor | oggi fa caldo

it is raining | es regnet | il pleut | está lloviendo | piove
it is snowing | es schneit | il neige | está nevando | nevica

a glass of water | ein Glas Wasser | un verre d'eau | un vaso de agua | un bicchiere d'acqua
a cup of tea | eine Tasse Tee | une tasse de thé | una taza de té | una tazza di tè
a cup of coffee | eine Tasse Kaffee | une tasse de café | una taza de café | una tazza di caffè

the shop is closed | das Geschäft ist geschlossen | le magasin est fermé | la tienda está cerrada | il negozio è chiuso
the shop is open | das Geschäft ist offen | le magasin est ouvert | la tienda está abierta | il negozio è aperto

to the left | nach links | à gauche | a la izquierda | a sinistra
to the right | nach rechts | à droite | a la derecha | a destra
straight ahead | geradeaus | tout droit | todo recto | sempre dritto

I do not understand | ich verstehe nicht | je ne comprends pas | no entiendo | non capisco
I do not know | ich weiß nicht | je ne sais pas | no lo sé | non lo so

my brother | mein Bruder | mon frère | mi hermano | mio fratello
my sister | meine Schwester | ma sœur | mi hermana | mia sorella
my father | mein Vater | mon père | mi padre | mio padre
my mother | meine Mutter | ma mère | mi madre | mia madre

today | heute | aujourd'hui | hoy | oggi
tomorrow | morgen | demain | mañana | domani
yesterday | gestern | hier | ayer | ieri

next week | nächste Woche | la semaine prochaine | la próxima semana | la settimana prossima
last week | letzte Woche | la semaine dernière | la semana pasada | la settimana scorsa
every week | jede Woche | toutes les semaines | todas las semanas | ogni settimana
every day | jeden Tag | tous les jours | todos los días | ogni giorno

I like music | ich mag Musik | j'aime la musique | me gusta la música | mi piace la musica
I like cheese | ich mag Käse | j'aime le fromage | me gusta el queso | mi piace il formaggio
I like winter | ich mag den Winter | j'aime l'hiver | me gusta el invierno | mi piace l'inverno
"""  # noqa: E501 - a row of the table is a line
_OTHER_ARTICLE = {
    "der": ("die", "das"), "die": ("der", "das"), "das": ("der", "die"),
    "le": ("la",), "la": ("le",), "el": ("la",), "il": ("la",),
}  # fmt: skip
_FEMININE_TO = {"fr": "le", "es": "el", "it": "il"}


def _rows(table: str) -> list[list[str]]:
    return [line.split(" | ") for line in table.strip().split("\n") if line]


def _phrase(kind: str, *key: str, texts: list[str]) -> Phrase:
    return Phrase((kind, *key), dict(zip(LANGUAGES, texts, strict=True)), {})


def _tens(tens: list[str], unit: list[str]) -> list[str]:
    """A number from 22 to 69 whose last digit is 2 to 9, so that French needs no `et`."""
    en, de, fr, es, it = (f"{a}|{b}" for a, b in zip(tens, unit, strict=True))
    accented = {"dos": "dós", "tres": "trés", "seis": "séis"}
    base, digit = es.split("|")
    spanish = f"{base}{accented.get(digit, digit)}" if base == "veinti" else f"{base} y {digit}"
    base, digit = it.split("|")
    italian = base[:-1] + digit if digit == "otto" else base + ("tré" if digit == "tre" else digit)
    base, digit = de.split("|")
    return [en.replace("|", "-"), f"{digit}und{base}", fr.replace("|", "-"), spanish, italian]


def _coloured(noun: list[str], colour: list[str]) -> Phrase:
    name = noun[0].split()[0]
    texts, misgendered = {"en": f"the {colour[0]} {name}"}, {}
    for language, forms, shades in zip(FOREIGN, noun[1:], colour[1:], strict=True):
        article, singular, _ = forms.split()
        others = _OTHER_ARTICLE[article]
        if language == "de":
            rest = f"{shades}e {singular}"
        else:
            masculine, feminine = shades.split()
            rest = f"{singular} {feminine if article == 'la' else masculine}"
            others = (_FEMININE_TO[language],) if article == "la" else others
        texts[language] = f"{article} {rest}"
        misgendered[language] = f"{others[len(name) % len(others)]} {rest}"
    return Phrase(("colour", name, colour[0]), texts, misgendered)


def _all() -> Iterator[Phrase]:
    nouns, numbers = _rows(_NOUNS), _rows(_NUMBERS)
    for noun in nouns:
        for colour in _rows(_COLOURS):
            yield _coloured(noun, colour)
        plurals = [forms.split()[-1] for forms in noun]
        for number in numbers:
            texts = [f"{n} {plural}" for n, plural in zip(number, plurals, strict=True)]
            yield _phrase("count", plurals[0], number[0], texts=texts)
    for tens in _rows(_TENS):
        for unit in numbers[:8]:
            yield _phrase("number", tens[0], unit[0], texts=_tens(tens, unit))
    for number in numbers:
        en, de, fr, es, it = number
        clock = [f"at {en} o'clock", f"um {de} Uhr", f"à {fr} heures", f"a las {es}", f"alle {it}"]
        yield _phrase("clock", en, texts=clock)
    for en, de, fr, es, it in _rows(_DAYS):
        yield _phrase("day", en, "", texts=[f"on {en}", f"am {de}", fr, f"el {es}", it])
        morning = [f"on {en} morning", f"am {de}morgen", f"{fr} matin"]
        morning += [f"el {es} por la mañana", f"{it} mattina"]
        yield _phrase("day", en, "morning", texts=morning)
    for en, de, fr, es, it in _rows(_MONTHS):
        texts = [f"in {en}", f"im {de}", f"en {fr}", f"en {es}", f"in {it}"]
        yield _phrase("month", en, texts=texts)
    for place, group in enumerate(_PHRASES.strip().split("\n\n")):
        for row in _rows(group):
            yield _phrase(f"phrase {place}", row[0], texts=row)


BOOK: dict[tuple[str, ...], Phrase] = {phrase.key: phrase for phrase in _all()}
KINDS: dict[str, tuple[tuple[str, ...], ...]] = {}
"""For each kind of phrase the values that each part of its key can have."""
for _kind in dict.fromkeys(key[0] for key in BOOK):
    _parts = zip(*(key[1:] for key in BOOK if key[0] == _kind), strict=True)
    KINDS[_kind] = tuple(tuple(dict.fromkeys(values)) for values in _parts)
