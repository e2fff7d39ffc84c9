"""A registry of any size for the benchmarks: names as people write them, all different, the same in every run."""
import random

HEADER = "ID;DESCRIPCIO;CODI_PROVINCIA;CODI_MUNICIPI;PLATAFORMA;URL_WSDL;DATA_CDS;DATA_CDA\n"
KINDS = ["Ajuntament de", "Ajuntament del", "Ajuntament de la", "Consell Comarcal de", "Patronat Municipal de", "Consorci de",
         "Entitat Municipal Descentralitzada de", "Mancomunitat de", "Ayuntamiento de", "Organisme Autònom de"]
FIRST = ["Sant Feliu", "Santa Coloma", "Vilanova", "L'Ametlla", "Castellar", "Montcada", "La Bisbal", "Palau", "Bellver",
         "Torrelles", "Fígols", "Llinars", "Cànoves", "Òdena", "Sant Julià", "Puigdàlber", "Rialp", "Sarrià", "Avià", "Térmens",
         "Àger", "Esponellà", "Cabó", "Lladó", "Navàs", "Vallbona", "Riudaura", "Gavà", "Súria", "Olèrdola"]
SECOND = ["de Guíxols", "de Queralt", "del Camí", "del Vallès", "d'Empordà", "de Llobregat", "i Reixac", "de Montbui",
          "de Cerdanya", "del Penedès", "de Segarra", "d'Anoia", "de l'Alt Camp", "de Pallars", "de la Ribagorça", "del Priorat",
          "de Conflent", "d'Urgell", "de les Garrigues", "de la Selva", "del Ripollès", "de Núria", "del Berguedà"]
QUARTER = ["", " Nord", " Sud", " de Dalt", " de Baix", " Vell", " Nou", " de Mar", " del Bosc", " l'Antic", " de la Vall",
           " del Puig", " d'Amunt", " d'Avall", " de la Creu"]
PATHS = ["serveis/padro/PadroWS?wsdl", "Padro/PadroService.svc?wsdl", "axis2/services/VolantPadro?wsdl", "ws/padro.asmx?WSDL"]
NAMES = len(KINDS) * len(FIRST) * len(SECOND) * len(QUARTER)


def day(number):
    """A day between 2024 and 2028 that exists in every month."""
    return f"{number % 28 + 1:02d}/{number // 28 % 12 + 1:02d}/{2024 + number // 336 % 5}"


def write(path, rows, changed_every=0):
    """`changed_every` 100: every hundredth row has a later date and another endpoint."""
    draw = random.Random(2026)
    order = list(range(rows))
    draw.shuffle(order)  # the names stand in no order, as in a registry that grew
    with open(path, "w", encoding="utf-8", newline="") as to:
        to.write(HEADER)
        for i, n in enumerate(order):
            part, turn = n % NAMES, n // NAMES
            kind, part = KINDS[part % len(KINDS)], part // len(KINDS)
            first, part = FIRST[part % len(FIRST)], part // len(FIRST)
            second, part = SECOND[part % len(SECOND)], part // len(SECOND)
            place = f"{first} {second}{QUARTER[part]}" + (f" {turn + 1}" if turn else "")
            name = f"{kind} {place}" if n % 5 < 2 else f"{place}, {kind}"
            cds, cda = draw.randrange(1680), draw.randrange(1680)
            change = changed_every and i % changed_every == 7
            to.write(f"{1000 + i};{name};{draw.randrange(1, 53)};{draw.randrange(1, 999)};{'JAVA' if n % 3 else '.NET'};"
                     f"https://padro-{n}.{'nou' if change else 'ens'}.example/{PATHS[n % 4]};"
                     f"{day(cds + 40 if change else cds)};{day(cda) if n % 11 else ''}\n")
