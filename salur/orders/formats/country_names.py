"""Countries by the names that exports write: all in English, those that Salur's sellers ship to in more languages."""

from __future__ import annotations

from functools import cache

_NAMES = """
AD Andorra
AE United Arab Emirates|Uni Emirat Arab|Emiriah Arab Bersatu|Các Tiểu Vương quốc Ả Rập Thống nhất|阿拉伯联合酋长国|สหรัฐอาหรับเอมิเรตส์|Vereinigte Arabische Emirate|UAE
AF Afghanistan
AG Antigua & Barbuda|Antigua and Barbuda
AI Anguilla
AL Albania
AM Armenia
AO Angola
AQ Antarctica
AR Argentina
AS American Samoa
AT Austria|Áo|奥地利|ออสเตรีย|Österreich
AU Australia|澳大利亚|ออสเตรเลีย|Australien
AW Aruba
AX Åland Islands
AZ Azerbaijan
BA Bosnia & Herzegovina|Bosnia and Herzegovina
BB Barbados
BD Bangladesh
BE Belgium|Belgia|Bỉ|比利时|เบลเยียม|Belgien
BF Burkina Faso
BG Bulgaria
BH Bahrain
BI Burundi
BJ Benin
BL St. Barthélemy|Saint Barthélemy
BM Bermuda
BN Brunei|文莱|บรูไน|Brunei Darussalam
BO Bolivia|Bolivia, Plurinational State of
BQ Caribbean Netherlands
BR Brazil|Brasil|巴西|บราซิล|Brasilien
BS Bahamas
BT Bhutan
BV Bouvet Island
BW Botswana
BY Belarus
BZ Belize
CA Canada|Kanada|加拿大|แคนาดา
CC Cocos (Keeling) Islands
CD Congo - Kinshasa
CF Central African Republic
CG Congo - Brazzaville
CH Switzerland|Swiss|Thụy Sĩ|瑞士|สวิตเซอร์แลนด์|Schweiz
CI Côte d’Ivoire|Ivory Coast|Côte d'Ivoire
CK Cook Islands
CL Chile
CM Cameroon
CN China|Tiongkok|Trung Quốc|中国|จีน|People's Republic of China
CO Colombia
CR Costa Rica
CU Cuba
CV Cape Verde
CW Curaçao
CX Christmas Island
CY Cyprus
CZ Czechia|Ceko|Séc|捷克|เช็ก|Tschechien|Czech Republic
DE Germany|Jerman|Đức|德国|เยอรมนี|Deutschland
DJ Djibouti
DK Denmark|Đan Mạch|丹麦|เดนมาร์ก|Dänemark
DM Dominica
DO Dominican Republic
DZ Algeria
EC Ecuador
EE Estonia
EG Egypt
EH Western Sahara
ER Eritrea
ES Spain|Spanyol|Sepanyol|Tây Ban Nha|西班牙|สเปน|Spanien
ET Ethiopia
FI Finland|Finlandia|Phần Lan|芬兰|ฟินแลนด์|Finnland
FJ Fiji
FK Falkland Islands
FM Micronesia
FO Faroe Islands
FR France|Prancis|Perancis|Pháp|法国|ฝรั่งเศส|Frankreich
GA Gabon
GB United Kingdom|Inggris Raya|Vương quốc Anh|英国|สหราชอาณาจักร|Vereinigtes Königreich|UK|Great Britain|England|Scotland|Wales
GD Grenada
GE Georgia
GF French Guiana
GG Guernsey
GH Ghana
GI Gibraltar
GL Greenland
GM Gambia
GN Guinea
GP Guadeloupe
GQ Equatorial Guinea
GR Greece
GS South Georgia & South Sandwich Islands|South Georgia and South Sandwich Islands
GT Guatemala
GU Guam
GW Guinea-Bissau
GY Guyana
HK Hong Kong SAR China|Hong Kong DAK Tiongkok|Đặc khu Hành chính Hồng Kông, Trung Quốc|中国香港特别行政区|เขตปกครองพิเศษฮ่องกงแห่งสาธารณรัฐประชาชนจีน|Sonderverwaltungsregion Hongkong|Hong Kong
HM Heard & McDonald Islands|Heard and McDonald Islands
HN Honduras
HR Croatia
HT Haiti
HU Hungary
ID Indonesia|印度尼西亚|อินโดนีเซีย|Indonesien
IE Ireland|Irlandia|爱尔兰|ไอร์แลนด์|Irland|Republic of Ireland
IL Israel
IM Isle of Man
IN India|Ấn Độ|印度|อินเดีย|Indien
IO British Indian Ocean Territory
IQ Iraq
IR Iran|Iran, Islamic Republic of
IS Iceland
IT Italy|Italia|Itali|意大利|อิตาลี|Italien
JE Jersey
JM Jamaica
JO Jordan
JP Japan|Jepang|Jepun|Nhật Bản|日本|ญี่ปุ่น
KE Kenya
KG Kyrgyzstan
KH Cambodia|Kamboja|Kemboja|Campuchia|柬埔寨|กัมพูชา|Kambodscha
KI Kiribati
KM Comoros
KN St. Kitts & Nevis|Saint Kitts and Nevis
KP North Korea
KR South Korea|Korea Selatan|Hàn Quốc|韩国|เกาหลีใต้|Südkorea|Korea, Republic of|Republic of Korea
KW Kuwait
KY Cayman Islands
KZ Kazakhstan
LA Laos|Lào|老挝|ลาว|Lao
LB Lebanon
LC St. Lucia|Saint Lucia
LI Liechtenstein
LK Sri Lanka
LR Liberia
LS Lesotho
LT Lithuania
LU Luxembourg|Luksemburg|卢森堡|ลักเซมเบิร์ก|Luxemburg
LV Latvia
LY Libya
MA Morocco
MC Monaco
MD Moldova|Moldova, Republic of
ME Montenegro
MF St. Martin|Saint Martin
MG Madagascar
MH Marshall Islands
MK North Macedonia|Macedonia
ML Mali
MM Myanmar (Burma)|Myanmar (Miến Điện)|缅甸|เมียนมา (พม่า)|Myanmar|Burma
MN Mongolia
MO Macao SAR China|Makau DAK Tiongkok|Macau SAR China|Đặc khu Hành chính Macao, Trung Quốc|中国澳门特别行政区|เขตปกครองพิเศษมาเก๊าแห่งสาธารณรัฐประชาชนจีน|Sonderverwaltungsregion Macau|Macau|Macao
MP Northern Mariana Islands
MQ Martinique
MR Mauritania
MS Montserrat
MT Malta
MU Mauritius
MV Maldives
MW Malawi
MX Mexico|Meksiko|墨西哥|เม็กซิโก|Mexiko
MY Malaysia|马来西亚|มาเลเซีย
MZ Mozambique
NA Namibia
NC New Caledonia
NE Niger
NF Norfolk Island
NG Nigeria
NI Nicaragua
NL Netherlands|Belanda|Hà Lan|荷兰|เนเธอร์แลนด์|Niederlande|The Netherlands|Holland
NO Norway|Norwegia|Na Uy|挪威|นอร์เวย์|Norwegen
NP Nepal
NR Nauru
NU Niue
NZ New Zealand|Selandia Baru|新西兰|นิวซีแลนด์|Neuseeland
OM Oman
PA Panama
PE Peru
PF French Polynesia
PG Papua New Guinea
PH Philippines|Filipina|菲律宾|ฟิลิปปินส์|Philippinen
PK Pakistan
PL Poland|Polandia|Ba Lan|波兰|โปแลนด์|Polen
PM St. Pierre & Miquelon|Saint Pierre and Miquelon
PN Pitcairn Islands
PR Puerto Rico
PS Palestinian Territories|Palestine
PT Portugal|Bồ Đào Nha|葡萄牙|โปรตุเกส
PW Palau
PY Paraguay
QA Qatar
RE Réunion
RO Romania
RS Serbia
RU Russia|Rusia|Nga|俄罗斯|รัสเซีย|Russland|Russian Federation
RW Rwanda
SA Saudi Arabia|Arab Saudi|Ả Rập Xê-út|沙特阿拉伯|ซาอุดีอาระเบีย|Saudi-Arabien
SB Solomon Islands
SC Seychelles
SD Sudan
SE Sweden|Swedia|Thụy Điển|瑞典|สวีเดน|Schweden
SG Singapore|Singapura|新加坡|สิงคโปร์|Singapur
SH St. Helena|Saint Helena
SI Slovenia
SJ Svalbard & Jan Mayen|Svalbard and Jan Mayen
SK Slovakia|Slovak Republic
SL Sierra Leone
SM San Marino
SN Senegal
SO Somalia
SR Suriname
SS South Sudan
ST São Tomé & Príncipe|São Tomé and Príncipe
SV El Salvador
SX Sint Maarten
SY Syria|Syrian Arab Republic
SZ Eswatini
TC Turks & Caicos Islands|Turks and Caicos Islands
TD Chad
TF French Southern Territories
TG Togo
TH Thailand|Thái Lan|泰国|ไทย
TJ Tajikistan
TK Tokelau
TL Timor-Leste
TM Turkmenistan
TN Tunisia
TO Tonga
TR Türkiye|Turki|Turkiye|Thổ Nhĩ Kỳ|土耳其|ตุรกี|Türkei|Turkey
TT Trinidad & Tobago|Trinidad and Tobago
TV Tuvalu
TW Taiwan|Đài Loan|台湾|ไต้หวัน
TZ Tanzania|Tanzania, United Republic of
UA Ukraine
UG Uganda
UM U.S. Outlying Islands
US United States|Amerika Serikat|Amerika Syarikat|Hoa Kỳ|美国|สหรัฐอเมริกา|Vereinigte Staaten|USA|United States of America|U.S.A.
UY Uruguay
UZ Uzbekistan
VA Vatican City
VC St. Vincent & Grenadines|Saint Vincent and Grenadines
VE Venezuela|Venezuela, Bolivarian Republic of
VG British Virgin Islands
VI U.S. Virgin Islands
VN Vietnam|Việt Nam|越南|เวียดนาม|Viet Nam
VU Vanuatu
WF Wallis & Futuna|Wallis and Futuna
WS Samoa
XK Kosovo
YE Yemen
YT Mayotte
ZA South Africa
ZM Zambia
ZW Zimbabwe
"""  # noqa: E501 - a country stands on one line


def _plain(name: str) -> str:
    return " ".join(name.replace(".", " ").split()).casefold().removeprefix("the ")


@cache
def codes_by_name() -> dict[str, str]:
    """Plain name -> ISO 3166 alpha-2 code."""
    found: dict[str, str] = {}
    for line in _NAMES.strip().splitlines():
        code, _, names = line.partition(" ")
        found.update(dict.fromkeys(map(_plain, names.split("|")), code))
    return found


def country_code(name: str) -> str:
    """The code of a country's name; empty where it is not known."""
    return codes_by_name().get(_plain(name), "")
