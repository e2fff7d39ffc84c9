"""What openpyxl takes for the same work: `openpyxl_peer.py read FILE` or `openpyxl_peer.py write FILE ROWS`.

Both in the library's streaming mode, which is its fastest. Prints the seconds of CPU of the work alone."""
import datetime
import sys
import time

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, NamedStyle


def read(path):
    cells = 0
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(values_only=True):
            cells += len(row)
    return cells


def write(path, rows):
    """The cells of workbook_bench's bare loop: the same sheets, columns, formats, dates and formulas of the days."""
    book = openpyxl.Workbook(write_only=True)
    book.add_named_style(NamedStyle("plain"))
    book.add_named_style(NamedStyle("strong", font=Font(bold=True)))
    book.add_named_style(NamedStyle("wrapped", alignment=Alignment(wrap_text=True)))
    book.add_named_style(NamedStyle("day", number_format="dd/mm/yyyy"))
    book.add_named_style(NamedStyle("number", number_format="0"))
    day = datetime.date(2026, 11, 20)

    def sheet_of(name, count, columns):
        """`columns`: (style, what a row number becomes)."""
        sheet = book.create_sheet(name)
        for row in range(5, count + 5):
            cells = []
            for style, value in columns:
                cell = WriteOnlyCell(sheet, value=value(row))
                cell.style = style
                cells.append(cell)
            sheet.append(cells)

    note = ("wrapped", lambda row: "S'ha enviat l'avís de renovació a l'ajuntament i al proveïdor")
    name = ("strong", lambda row: f"Prat de Llobregat {row}, Ajuntament del")
    date = ("day", lambda row: day)
    sheet_of("Query", rows, [
        name, ("plain", lambda row: "8"), ("plain", lambda row: "169"), ("plain", lambda row: "JAVA"),
        ("wrapped", lambda row: f"https://padro-{row}.ens.example/serveis/padro/PadroWS?wsdl"),
        date, ("number", lambda row: f'=IF(F{row}="","",F{row}-DataInforme)'),
        date, ("number", lambda row: f'=IF(H{row}="","",H{row}-DataInforme)'),
        ("plain", lambda row: "Good"), ("plain", lambda row: None), ("wrapped", lambda row: None)])
    sheet_of("OK", rows // 10, [name, note, date, ("plain", lambda row: "Renovació"), ("plain", lambda row: "PADRO-1")])
    sheet_of("KO", rows // 20, [name, note, date, ("number", lambda row: f"=DataInforme-C{row}"), ("plain", lambda row: "Down"), note])
    sheet_of("Certificats", rows // 10, [
        name, ("plain", lambda row: "JAVA"), date, date,
        ("number", lambda row: f'=IF(COUNT(C{row}:D{row})=0,"",MIN(C{row}:D{row})-DataInforme)'),
        ("plain", lambda row: "Good"), note])
    book.save(path)


if __name__ == "__main__":
    began = time.process_time()
    read(sys.argv[2]) if sys.argv[1] == "read" else write(sys.argv[2], int(sys.argv[3]))
    print(f"{time.process_time() - began:.3f}")
