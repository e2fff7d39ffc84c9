"""The registry's own database through ODBC: the schema REGSERVPADRO in PostgreSQL and in SQLite."""
import pathlib
import sqlite3

import pytest

from conftest import EXIT, TODAY, TOWNS, day, module_there, part

DRIVERS = pathlib.Path("/usr/lib/x86_64-linux-gnu/odbc")
SECRET = "molt-secret-42"

pytestmark = pytest.mark.skipif(not module_there("odbc"), reason="built without the ODBC module")

ROWS = [(100 + i, name, i % 3, None if i == 3 else f"https://p{i}.example/ws?wsdl", day(20 + i), None if i == 5 else day(100 + i), 8, i + 1)
        for i, name in enumerate(TOWNS)]


def statements(schema, date="DATE"):
    yield (f"CREATE TABLE {schema}AOC_ENDPOINT (ID NUMERIC(10), DESCRIPCIO VARCHAR(200), PLATAFORMA NUMERIC(1), "
           f"URL_WSDL VARCHAR(500), DATA_CDS {date}, DATA_CDA {date})")
    yield f"CREATE TABLE {schema}AOC_MUNICIPI (ID NUMERIC(10), CODI_PROVINCIA NUMERIC(2), CODI_MUNICIPI NUMERIC(3))"
    for identity, name, platform, url, cds, cda, province, town in ROWS:
        values = ", ".join("NULL" if v is None else "'" + str(v).replace("'", "''") + "'" for v in (identity, name, platform, url, cds, cda))
        yield f"INSERT INTO {schema}AOC_ENDPOINT VALUES ({values})"
        yield f"INSERT INTO {schema}AOC_MUNICIPI VALUES ({identity}, {province}, {town})"


@pytest.fixture(params=["postgresql", "postgresql-timestamps", "sqlite"])
def registry(request, tmp_path):
    """A connection string, and what runs SQL there."""
    if request.param == "sqlite":
        driver, file = DRIVERS / "libsqlite3odbc.so", tmp_path / "registre.db"
        if not driver.exists():
            pytest.skip("libsqlite3odbc is not installed")
        db = sqlite3.connect(file, isolation_level=None)
        for sql in statements(""):
            db.execute(sql)
        return f"DRIVER={driver};Database={file}", lambda sql: db.execute(sql.replace("REGSERVPADRO.", ""))
    driver = DRIVERS / "psqlodbcw.so"
    if not driver.exists():
        pytest.skip("psqlodbc is not installed")
    server = request.getfixturevalue("postgresql")
    name, _ = server.database()
    kind = "TIMESTAMP" if request.param.endswith("timestamps") else "DATE"
    server.sql("CREATE SCHEMA REGSERVPADRO; " + "; ".join(statements("REGSERVPADRO.", kind)), name)
    return (f"DRIVER={driver};Servername={server.socket};Database={name};Username=talaia;Password={SECRET}",
            lambda sql: server.sql(sql, name))


def test_import(desk, registry):
    connection, _ = registry
    assert part(desk.load(f"odbc:{connection}"))["new"] == 12
    by_body = desk.by_body()
    for identity, name, platform, url, cds, cda, province, town in ROWS:
        c = by_body[name]
        assert (c["cds"]["expires"], c["cda"]["expires"], c["source_id"]) == (cds, cda, str(identity))
        assert (c["platform"], c["endpoint"]) == (["JAVA", "NET", "OTHER"][platform], url)
        assert (c["province"], c["municipality"]) == (str(province), str(town))
    assert part(desk.load(f"odbc:{connection}"))["same"] == 12


def test_changes_in_the_database(desk, registry):
    connection, sql = registry
    desk.load(f"odbc:{connection}", on=day(-7))
    sql("UPDATE REGSERVPADRO.AOC_ENDPOINT SET DATA_CDS = '2029-01-01' WHERE ID = 100")
    sql("DELETE FROM REGSERVPADRO.AOC_MUNICIPI WHERE ID = 111")
    counts = part(desk.load(f"odbc:{connection}"))
    assert (counts["changed"], counts["vanished"], counts["same"]) == (1, 1, 10)
    assert desk.by_body(on=day(-1))[TOWNS[0]]["cds"]["expires"] == day(20)


def test_source_of_the_configuration(desk, registry):
    connection, _ = registry
    assert part(desk.load("odbc:", "--set", f"registry.dsn={connection}"))["new"] == 12


def test_secrets_are_nowhere(desk, registry):
    connection, _ = registry
    summary = desk.run("import", f"odbc:{connection}", "--json")
    assert SECRET not in summary.out
    assert SECRET not in desk.run("audit", "list", "--all", "--json").out + desk.run("doctor").out
    assert SECRET.encode() not in b"".join(p.read_bytes() for p in desk.path.glob("talaia.db*"))
    broken = connection.replace("Database=", "Database=cap-")
    err = desk.run("import", f"odbc:{broken}", expect=(EXIT["system"], EXIT["input"])).err
    assert SECRET not in err


def test_same_as_the_file(desk, registry, write):
    """What came from the database comes the same from its export."""
    connection, _ = registry
    desk.load(f"odbc:{connection}")
    text = "ID;DESCRIPCIO;CODI_PROVINCIA;CODI_MUNICIPI;PLATAFORMA;URL_WSDL;DATA_CDS;DATA_CDA\n" + "".join(
        f"{i};{n};{p};{t};{f};{u or ''};{cds};{cda or ''}\n" for i, n, f, u, cds, cda, p, t in ROWS)
    assert part(desk.load(write("r.csv", text)))["same"] == 12


def test_dry_run_and_guard(desk, registry):
    connection, sql = registry
    assert part(desk.load(f"odbc:{connection}", "--dry-run"))["new"] == 12 and desk.certificates() == []
    desk.load(f"odbc:{connection}")
    sql("DELETE FROM REGSERVPADRO.AOC_MUNICIPI WHERE ID < 106")
    desk.run("import", f"odbc:{connection}", expect=EXIT["guard"])


@pytest.mark.parametrize("query", ["SELECT 1 AS res", "SELECT * FROM no_hi_es", "DELETE FROM REGSERVPADRO.AOC_ENDPOINT", "això no és SQL", ""])
def test_queries_that_do_not_serve(desk, registry, query):
    connection, sql = registry
    desk.load(f"odbc:{connection}")
    before = desk.dump()
    desk.run("import", f"odbc:{connection}", "--set", f"registry.query={query}", expect=(EXIT["input"], EXIT["system"], EXIT["config"]))
    assert desk.dump() == before
    assert part(desk.load(f"odbc:{connection}"))["same"] == 12, "the registry was written to"


@pytest.mark.parametrize("source", ["odbc:CAP_FONT", "odbc:DRIVER=/no/hi/es.so;Database=x", "odbc:"])
def test_sources_that_are_not_there(desk, source):
    err = desk.run("import", source, expect=(EXIT["system"], EXIT["config"])).err
    assert TODAY not in err
