#!/usr/bin/python3
"""Makes the workbooks that the tests of src/table read, the odd and hostile ones by hand.

    make_samples.py DIRECTORY

What each must read as stands in golden/NAME.txt. Samples of openpyxl and LibreOffice are made where those are
installed; the tests say which they skipped."""
import datetime
import os
import shutil
import struct
import subprocess
import sys
import zipfile

MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships'
STRICT = 'http://purl.oclc.org/ooxml/spreadsheetml/main'
STRICT_REL = 'http://purl.oclc.org/ooxml/officeDocument/relationships'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def relations(items, rel=REL):
    body = ''.join(f'<Relationship Id="{i}" Type="{rel}/{t}" Target="{target}"/>' for i, t, target in items)
    return f'{HEAD}<Relationships xmlns="{PACKAGE}">{body}</Relationships>'


def sheet(rows, after='', main=MAIN):
    return f'{HEAD}<worksheet xmlns="{main}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def write(name, parts, level=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(name, 'w', level) as z:
        for path, content in parts.items():
            z.writestr(path, content)


def book(name, rows='', after='', strings=None, styles=None, workbook='', sheets=None, extra=None, main=MAIN, rel=REL,
         raw=None):
    """A whole workbook around the rows of one sheet. Every part can be replaced through `extra`."""
    items = [('rId1', 'worksheet', 'worksheets/sheet1.xml')]
    if strings is not None:
        items.append(('rId8', 'sharedStrings', 'sharedStrings.xml'))
    if styles is not None:
        items.append(('rId9', 'styles', 'styles.xml'))
    sheets = sheets or '<sheet name="Full" sheetId="1" r:id="rId1"/>'
    parts = {
        '_rels/.rels': relations([('rId1', 'officeDocument', 'xl/workbook.xml')], rel),
        'xl/workbook.xml': f'{HEAD}<workbook xmlns="{main}" xmlns:r="{rel}">{workbook}<sheets>{sheets}</sheets>'
                           f'</workbook>',
        'xl/_rels/workbook.xml.rels': relations(items, rel),
        'xl/worksheets/sheet1.xml': raw if raw is not None else sheet(rows, after, main),
    }
    if strings is not None:
        parts['xl/sharedStrings.xml'] = f'{HEAD}<sst xmlns="{main}">{strings}</sst>'
    if styles is not None:
        parts['xl/styles.xml'] = f'{HEAD}<styleSheet xmlns="{main}">{styles}</styleSheet>'
    parts.update(extra or {})
    write(name, {k: v for k, v in parts.items() if v is not None})


def xfs(*ids):
    return '<cellXfs>' + ''.join(f'<xf numFmtId="{i}"/>' for i in ids) + '</cellXfs>'


def formats(codes):
    """Each code gets a style of its own, from 1 on; style 0 is General."""
    escaped = [c.replace('&', '&amp;').replace('"', '&quot;').replace('<', '&lt;') for c in codes]
    numbers = ''.join(f'<numFmt numFmtId="{164 + i}" formatCode="{c}"/>' for i, c in enumerate(escaped))
    return f'<numFmts>{numbers}</numFmts>' + xfs(0, *range(164, 164 + len(codes)))


def row_of(values, style=0):
    return '<row>' + ''.join(f'<c s="{style}"><v>{v}</v></c>' for v in values) + '</row>'


def odd_shapes():
    book('no_references.xlsx', '<row><c><v>1</v></c><c/><c><v>3</v></c></row><row/><row r="7"><c r="B7"><v>5</v></c>'
         '<c><v>6</v></c></row><row><c><v>8</v></c></row>')
    book('out_of_order.xlsx', '<row r="2"><c r="C2"><v>3</v></c><c r="A2"><v>1</v></c></row>')
    book('strict.xlsx', '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1" t="d"><v>2026-11-20T10:00:00</v></c>'
         '<c r="C1" s="1"><v>46346</v></c></row>', strings='<si><t>Vic, Ajuntament de</t></si>', styles=xfs(0, 14),
         main=STRICT, rel=STRICT_REL)
    book('prefix.xlsx', strings='', styles='', extra={
        'xl/workbook.xml': f'{HEAD}<x:workbook xmlns:x="{MAIN}" xmlns:rr="{REL}"><x:sheets>'
                           '<x:sheet name="Amb prefix" sheetId="4" rr:id="rId1"/></x:sheets></x:workbook>',
        'xl/sharedStrings.xml': f'<x:sst xmlns:x="{MAIN}"><x:si><x:t>Olot</x:t></x:si></x:sst>',
        'xl/styles.xml': f'<x:styleSheet xmlns:x="{MAIN}"><x:cellXfs><x:xf numFmtId="0"/><x:xf numFmtId="14"/>'
                         f'</x:cellXfs>'
                         '</x:styleSheet>',
        'xl/worksheets/sheet1.xml': f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" t="s">'
                                    f'<x:v>0</x:v>'
                                    '</x:c><x:c r="B1" s="1"><x:v>46346</x:v></x:c></x:row></x:sheetData>'
                                    '</x:worksheet>'})
    book('date1904.xlsx', row_of(['0', '1', '44884', '0.5'], 1), workbook='<workbookPr '
                                                            'date1904="1"/>', styles=xfs(0, 14))
    book('serials.xlsx', row_of(['0', '0.5', '1', '59', '60', '61', '46346', '46346.99999999999', '2958465',
            '2958466', '-1'],
                                1), styles=xfs(0, 14))
    builtin = [14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 30, 36, 45, 46, 47, 50, 58, 9, 49, 1]
    book('builtin_formats.xlsx', '<row>' + ''.join(f'<c s="{i + 1}"><v>46346.25</v></c>' for i in range(len(builtin))) +
         '</row><row>' + ''.join(f'<c s="{i + 1}"><v>0.25</v></c>' for i in range(len(builtin))) + '</row>',
         styles=xfs(0, *builtin))
    codes = ['dd/mm/yyyy', 'd" de "mmmm" del '
                           '"yyyy', '[$-403]dd\\-mm\\-yy;@', 'mmm', 'h:mm AM/PM', '[h]:mm:ss', '[Red]0.00',
             '"dmy"0', '\\d0', '#,##0.00 "dies"', '[Magenta]General', '0.00E+00', '_(* #,##0_)', '@',
             'yyyy\\-mm\\-dd\\Thh:mm',
             '[<=60][Red]0;0', 'mm:ss.0', '[DBNum1]yyyy', 'General "de mes"', '# ?/?', '*d0']
    book('custom_formats.xlsx', ''.join(f'<row><c s="{i + 1}"><v>46346</v></c></row>' for i in range(len(codes))),
         styles=formats(codes))
    book('redefined_format.xlsx', row_of(['46346'], 1), styles='<numFmts><numFmt numFmtId="14" formatCode="0.00"/>'
                                                            '</numFmts>' +
         xfs(0, 14))
    book('inline.xlsx', '<row r="1"><c r="A1" t="inlineStr"><is><t>un</t></is></c><c r="B1" t="inlineStr"><is><r>'
                        '<t>dos </t></r>'
         '<r><rPr><b/></rPr><t xml:space="preserve"> tres</t></r><rPh sb="0" eb="1"><t>no</t></rPh></is></c>'
         '<c r="C1" t="inlineStr"><is><t></t></is></c><c r="D1" t="str"><f>A1&amp;"x"</f><v>unx</v></c></row>')
    book('rich.xlsx', '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v>'
                      '</c></row>',
         strings='<si><r><rPr><b/></rPr><t>Ajuntament </t></r><r><t xml:space="preserve">de Vic</t></r></si>'
                 '<si><t>課きく</t><rPh sb="0" eb="1"><t>カ</t></rPh><phoneticPr fontId="1"/></si><si/>')
    book('kinds.xlsx', '<row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="b"><v>0</v></c><c r="C1" t="e"><v>#REF!'
                       '</v></c>'
         '<c r="D1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="E1" t="n"><v>5</v></c><c r="F1"><f>SUM(1,2)</f><v>3</v></c>'
         '<c r="G1"><f>NOW()</f></c><c r="H1" t="d"><v>2026-11-20</v></c><c r="I1"><v>not a number</v></c>'
         '<c r="J1" t="d"><v>2026-13-20</v></c><c r="K1" t="what"><v>eh</v></c></row>')
    numbers = ['805690004', '-5', '12.5', '0.1', '1E3', '1.5E-7', '0.30000000000000004', '1e21', '123456789012345678',
               '9007199254740993', '-0', '007', '12.50', '+5', '1.0', '100', '.5', '5.', '12.300000000000001',
               '1e400', ' 7 ',
               '-12.25', '0.001', '999999999999999', '1.7976931348623157E308', '4.9E-324']
    book('numbers.xlsx', ''.join(f'<row><c><v>{n}</v></c></row>' for n in numbers))
    book('merged.xlsx', '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="C1"><v>3</v></c></row>'
         '<row r="2"><c r="A2"><v>4</v></c><c r="B2"><v>5</v></c><c r="C2"><v>6</v></c></row>'
         '<row r="3"><c r="A3"><v>7</v></c><c r="B3"><v>8</v></c></row>',
         after='<mergeCells count="2"><mergeCell ref="A1:B2"/><mergeCell ref="C2:C9"/><mergeCell ref="oops"/>'
               '</mergeCells>')
    book('hidden.xlsx', '<row><c><v>1</v></c></row>', sheets='<sheet name="Vist" sheetId="1" r:id="rId1"/>'
         '<sheet name="Ocult" sheetId="2" state="hidden" r:id="rId2"/><sheet name="Molt" sheetId="3" '
         'state="veryHidden" '
         'r:id="rId3"/><sheet name="Gràfic" sheetId="4" r:id="rId4"/>', extra={
             'xl/_rels/workbook.xml.rels': relations([('rId1', 'worksheet', 'worksheets/sheet1.xml'),
                                                      ('rId2', 'worksheet', '/xl/other/two.xml'),
                                                      ('rId3', 'worksheet', '../xl/./WorkSheets/Sheet1.xml'),
                                                      ('rId4', 'chartsheet', 'chartsheets/sheet1.xml')]),
             'xl/other/two.xml': sheet('<row r="5"><c r="A5"><v>2</v></c></row>')})
    book('property.xlsx', '<row><c><v>1</v></c></row>', extra={
        '_rels/.rels': relations([('rId1', 'officeDocument', '/xl/workbook.xml'),
                                  ('rId4', 'custom-properties', 'docProps/custom.xml')]),
        'docProps/custom.xml': '<Properties '
                               'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
                               'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
                               '<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="talaia-report">'
                               '<vt:lpwstr>setmana 47 &amp; més</vt:lpwstr></property><property pid="3" name="n">'
                               '<vt:i4>5</vt:i4>'
                               '</property></Properties>'})
    book('escapes.xlsx', '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c><c t="inlineStr"><is>'
                         '<t>_x0041_'
         '</t></is></c><c t="s"><v>3</v></c></row>', strings='<si><t>a_x000D_&#10;b</t></si><si><t>_x005F_x0041_ '
                                                            '_x41_ _xZZZZ_'
         '</t></si><si><t>_xD83D__xDE00_ _xD83D_</t></si><si><t>n_x0000_ul</t></si>')
    book('spaces.xlsx', '<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c><c t="s"><v>2</v></c></row>'
         '<row r="9"><c t="s"><v>0</v></c></row>',
         strings='<si><t xml:space="preserve">  a  </t></si><si><t xml:space="preserve">  </t></si><si><t> </t></si>')
    book('utf16.xlsx', raw=('<?xml version="1.0" encoding="UTF-16"?>' + sheet('<row><c t="str"><v>Província</v></c>'
                                                            '</row>')
                            [len(HEAD):]).encode('utf-16'))
    book('extension.xlsx', '<row><c><v>1</v><extLst><ext><v>9</v><c><v>8</v></c></ext></extLst></c></row>',
         after='<extLst><ext><row r="2"><c><v>7</v></c></row></ext></extLst>')
    book('no_package_relations.xlsx', '<row><c><v>1</v></c></row>', extra={'_rels/.rels': None})
    book('empty.xlsx', '')


def hostile():
    one = '<row><c><v>1</v></c></row>'
    doctype = '<!DOCTYPE worksheet [<!ENTITY a "b"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    book('doctype.xlsx', raw=HEAD + doctype + sheet('<row><c t="str"><v>&c;</v></c></row>')[len(HEAD):])
    laughs = ''.join(f'<!ENTITY l{i + 1} "{f"&l{i};" * 10}">' for i in range(9))
    book('laughs.xlsx', one, strings='', extra={
        'xl/sharedStrings.xml': f'<!DOCTYPE sst [<!ENTITY l0 "lol">{laughs}]><sst><si><t>&l9;</t></si></sst>'})
    book('workbook_doctype.xlsx', one, extra={'xl/workbook.xml': '<!DOCTYPE workbook><workbook/>'})
    book('bomb.xlsx', raw=HEAD + '<worksheet><sheetData>' + ' ' * (40 << 20) + '</sheetData></worksheet>')
    book('strings_bomb.xlsx', one, strings='<si><t>' + 'x' * (40 << 20) + '</t></si>')
    book('styles_bomb.xlsx', one, styles=xfs(0) + ' ' * (17 << 20))
    book('deep.xlsx', raw=HEAD + '<worksheet>' + '<a>' * 100 + '</a>' * 100 + '</worksheet>')
    import random
    noise = random.Random(1).choices('abcdefghijklmnopqrstuvwxyz0123456789', k=3 << 20)
    book('big_tag.xlsx', raw=HEAD + '<worksheet a="' + ''.join(noise) + '"/>')
    with zipfile.ZipFile('many_entries.xlsx', 'w') as z:
        for i in range(10001):
            z.writestr(f'{i}', '')
    book('bad_xml.xlsx', raw=HEAD + '<worksheet><sheetData><row><c><v>1</v></c></row></sheet>')
    book('cut_xml.xlsx', raw=HEAD + '<worksheet><sheetData><row><c><v>1</v></c></row>')
    book('bad_text.xlsx', raw=b'<worksheet><sheetData><row><c t="str"><v>\xff\xfe</v></c></row></sheetData>'
                              b'</worksheet>')
    book('missing_sheet.xlsx', one, extra={'xl/worksheets/sheet1.xml': None})
    book('unrelated_sheet.xlsx', one, sheets='<sheet name="Perdut" sheetId="1" r:id="rId77"/>')
    book('missing_text.xlsx', one + '<row><c t="s"><v>3</v></c></row>', strings='<si><t>a</t></si>')
    book('bad_index.xlsx', '<row><c t="s"><v>-1</v></c></row>', strings='<si><t>a</t></si>')
    book('bad_reference.xlsx', '<row r="4"><c r="4A"><v>1</v></c></row>')
    book('bad_row.xlsx', '<row r="x"><c><v>1</v></c></row>')
    book('huge_row_number.xlsx', '<row r="99999999999"><c><v>1</v></c></row>')
    book('wide.xlsx', '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row><row r="2"><c r="AMK2"><v>1</v>'
                      '</c></row>')
    book('long_cell.xlsx', '<row><c><v>1</v></c><c t="str"><v>' + 'ab' * 70000 + '</v></c></row>')
    book('long_row.xlsx', '<row>' + ('<c t="str"><v>' + 'xyz' * 40000 + '</v></c>') * 10 + '</row>')
    book('many_sheets.xlsx', one, sheets=''.join(f'<sheet name="s{i}" sheetId="{i}" '
                                                 f'r:id="rId1"/>' for i in range(1, 300)))
    book('no_worksheet.xlsx', raw=HEAD + '<html><body>503</body></html>')
    book('document.xlsx', extra={'xl/workbook.xml': '<document/>'})
    write('binary.xlsb', {'xl/workbook.bin': 'x', '_rels/.rels': relations([('rId1', 'officeDocument',
            'xl/workbook.bin')])})
    write('plain.zip', {'readme.txt': 'hola'})
    write('empty.zip', {})
    with zipfile.ZipFile('table.ods', 'w') as z:
        z.writestr(zipfile.ZipInfo('mimetype'), 'application/vnd.oasis.opendocument.spreadsheet')
        z.writestr('content.xml', '<office:document-content/>')
    for name, magic in (('old.xls', b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + b'\0' * 504), ('page.xls', b'\r\n <HTML>'
                                                            b'<table>'),
                        ('mso.xls', b'\xef\xbb\xbf<?xml version="1.0"?><Workbook>'), ('report.pdf', b'%PDF-1.7\n'),
                        ('nothing.csv', b''), ('table.gz', b'\x1f\x8b\x08\0'), ('note.rtf', b'{\\rtf1 a}')):
        with open(name, 'wb') as f:
            f.write(magic)
    damaged(one)


def damaged(rows):
    """Copies of a sound workbook with bytes changed."""
    book('sound.xlsx', rows + ''.join(f'<row><c><v>{i * 7919 % 10007}</v></c></row>' for i in range(20)))
    with open('sound.xlsx', 'rb') as f:
        sound = f.read()
    os.remove('sound.xlsx')
    with open('truncated.xlsx', 'wb') as f:
        f.write(sound[:len(sound) * 2 // 3])
    with open('four_bytes.xlsx', 'wb') as f:
        f.write(sound[:4])

    def headers(data, name):
        """Where the local and the central header of an entry begin."""
        local = data.index(b'PK\x03\x04', data.index(name) - 30)
        at = data.rindex(name) - 46
        return local, at

    local, central = headers(sound, b'xl/worksheets/sheet1.xml')
    wrong = bytearray(sound)
    wrong[central + 16] ^= 1  # CRC-32
    with open('checksum.xlsx', 'wb') as f:
        f.write(wrong)
    wrong = bytearray(sound)
    start = local + 30 + len(b'xl/worksheets/sheet1.xml')
    wrong[start + 20:start + 40] = b'\xff' * 20
    with open('deflate.xlsx', 'wb') as f:
        f.write(wrong)
    wrong = bytearray(sound)
    for at in (local + 6, central + 8):
        wrong[at] |= 1  # encrypted
    with open('locked.xlsx', 'wb') as f:
        f.write(wrong)
    wrong = bytearray(sound)
    struct.pack_into('<I', wrong, central + 24, 7)  # the size after inflating
    with open('lying_size.xlsx', 'wb') as f:
        f.write(wrong)
    wrong = bytearray(sound)
    struct.pack_into('<I', wrong, central + 42, 0x7fffff00)  # where the entry begins
    with open('lying_offset.xlsx', 'wb') as f:
        f.write(wrong)


def by_openpyxl():
    try:
        import openpyxl
    except ImportError:
        print('no openpyxl')
        return
    w = openpyxl.Workbook()
    s = w.active
    s.title = 'Consulta'
    s.append(['Ens', 'INE10', 'Data CDS', 'Hora', 'Import', 'Actiu', 'Fórmula'])
    s.append(['Hospitalet de Llobregat, Ajuntament de l\'', 805690004, datetime.date(2026, 11, 20),
              datetime.time(9, 30), 12.5, True, '=1+1'])
    s.append(['Vic\n"capital"', '0805690004', datetime.datetime(2027, 1, 2, 23, 59, 59), datetime.timedelta(hours=30),
            1e-7,
              False, '#N/A'])
    s.merge_cells('A5:C6')
    s['A5'] = 'fusionada'
    s['E400'] = 'lluny'
    w.create_sheet('Ocult').sheet_state = 'hidden'
    w['Ocult'].append([None, 'b'])
    w.save('openpyxl.xlsx')


FODS = '''<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" office:version="1.2"
 office:mimetype="application/vnd.oasis.opendocument.spreadsheet">
<office:automatic-styles><number:date-style style:name="N1"><number:day number:style="long"/>
<number:text>/</number:text>
<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/></number:date-style>
<style:style style:name="d" style:family="table-cell" style:data-style-name="N1"/></office:automatic-styles>
<office:body><office:spreadsheet><table:table table:name="Certificats">
<table:table-row><table:table-cell office:value-type="string"><text:p>Ens</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Data</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Dies</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>Prat de <text:span>Llobregat</text:span></text:p>
</table:table-cell><table:table-cell table:style-name="d" office:value-type="date" office:date-value="2026-11-20"/>
<table:table-cell office:value-type="float" office:value="-3"/><table:table-cell office:value-type="boolean"
 office:boolean-value="true"/></table:table-row>
<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>
<table:table-row><table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="1"
 office:value-type="string"><text:p>dues</text:p></table:table-cell>
<table:covered-table-cell office:value-type="string">
<text:p>tapada</text:p></table:covered-table-cell><table:table-cell office:value-type="float" office:value="1.25"/>
</table:table-row></table:table></office:spreadsheet></office:body></office:document>
'''


def by_libreoffice():
    soffice = shutil.which('soffice')
    if soffice is None or os.environ.get('TALAIA_TEST_QUICK'):
        print('no LibreOffice')
        return
    with open('libreoffice_fods.fods', 'w', encoding='utf-8') as f:
        f.write(FODS)
    with open('libreoffice_csv.csv', 'w', encoding='utf-8') as f:
        f.write('Ens;Província;Data CDS\n"Prat de Llobregat, Ajuntament del";08;2026-11-20\nVic;08;\n')
    # A profile of its own: another LibreOffice of the same user would take the job over.
    profile = 'file://' + os.path.abspath('profile')
    run = [soffice, f'-env:UserInstallation={profile}', '--headless', '--convert-to', 'xlsx']
    environment = dict(os.environ, LC_ALL='C.UTF-8')
    subprocess.run(run + ['libreoffice_fods.fods'], env=environment, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=100)
    subprocess.run(run + ['--infilter=CSV:59,34,76', 'libreoffice_csv.csv'], env=environment, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=100)
    shutil.rmtree('profile', ignore_errors=True)


def by_gnumeric():
    if shutil.which('ssconvert') is None or not os.path.exists('openpyxl.xlsx'):
        print('no Gnumeric')
        return
    subprocess.run(['ssconvert', 'openpyxl.xlsx', 'gnumeric.xlsx'], env=dict(os.environ, LC_ALL='C.UTF-8'), check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)


if __name__ == '__main__':
    os.chdir(sys.argv[1])
    odd_shapes()
    hostile()
    by_openpyxl()
    by_libreoffice()
    by_gnumeric()
