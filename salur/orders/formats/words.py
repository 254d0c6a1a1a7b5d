# ruff: noqa: E501 - wide characters
"""Words that stand in headers and status columns of order files, in the five languages and some more.

They only make suggestions: a person confirms which column is what before anything is read by them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

HEADER_WORDS: Mapping[str, str] = {
    "order_id": "order id|order number|order no|order nr|order|order ref|order reference|order sn|reference|ref no"
    "|nomor pesanan|no pesanan|id pesanan|nomor order|no order|nombor pesanan|id order|mã đơn hàng|mã đơn|số đơn hàng"
    "|订单号|订单编号|订单号码|訂單編號|หมายเลขคำสั่งซื้อ|เลขที่คำสั่งซื้อ|bestellnummer|auftragsnummer",
    "status": "status|order status|status pesanan|status order|trạng thái|trạng thái đơn hàng|订单状态|状态|สถานะ",
    "ordered_at": "order date|date|ordered at|created at|order time|order created|purchase date|sale date|date created"
    "|tanggal pesanan|tanggal order|tanggal|waktu pesanan dibuat|tarikh pesanan|tarikh|ngày đặt hàng|ngày đặt|ngày tạo"
    "|下单时间|订单日期|创建时间|日期|วันที่สั่งซื้อ|bestelldatum|datum",
    "paid_at": "paid at|date paid|payment date|paid date|paid time|payment time|tanggal bayar|tanggal pembayaran"
    "|waktu pembayaran|tarikh bayaran|ngày thanh toán|付款时间|支付时间|zahlungsdatum|bezahlt am",
    "updated_at": "updated at|last updated|date modified|modified at|last modified|diperbarui|kemas kini|cập nhật|更新时间",
    "currency": "currency|currency code|mata uang|mata wang|tiền tệ|loại tiền|币种|货币|สกุลเงิน|währung",
    "total": "total|order total|grand total|total amount|amount|total price|total pembayaran|total pesanan|jumlah"
    "|jumlah keseluruhan|tổng tiền|tổng cộng|总金额|订单金额|合计|实付金额|ยอดรวม|gesamtbetrag|gesamtsumme|summe",
    "cash_on_delivery": "cash on delivery|cod|bayar di tempat|bayaran tunai|thu hộ|thanh toán khi nhận hàng|货到付款",
    "courier": "courier|carrier|shipping method|shipping service|delivery method|shipping|kurir|jasa kirim|ekspedisi"
    "|metode pengiriman|penghantar|đơn vị vận chuyển|phương thức vận chuyển|快递|快递公司|物流公司|配送方式|ขนส่ง|versandart",
    "buyer": "buyer|buyer name|buyer username|customer|customer name|username|pembeli|nama pembeli|pelanggan"
    "|nama pelanggan|người mua|khách hàng|tên khách hàng|买家|客户|买家昵称|顾客|ผู้ซื้อ|käufer|kunde",
    "recipient_name": "recipient|recipient name|name|full name|ship to name|ship name|shipping name|receiver"
    "|receiver name|consignee|delivery name|nama penerima|penerima|nama|tên người nhận|người nhận|họ tên|họ và tên"
    "|收件人|收货人|收件人姓名|收货人姓名|姓名|ชื่อผู้รับ|ผู้รับ|empfänger|name des empfängers",
    "recipient_phone": "phone|phone number|telephone|mobile|recipient phone|receiver phone|shipping phone|tel|contact"
    "|contact number|telepon|nomor telepon|no telepon|no hp|nomor hp|no tel|nombor telefon|telefon|số điện thoại"
    "|điện thoại|sđt|电话|手机|手机号|联系电话|收件人电话|收货人电话|เบอร์โทร|เบอร์โทรศัพท์|telefonnummer",
    "recipient_email": "email|e mail|email address|recipient email|alamat email|surel|emel|địa chỉ email|邮箱|电子邮件|อีเมล",
    "address1": "address|address 1|address1|address line 1|street|street address|shipping address|ship address"
    "|shipping address 1|ship to address 1|delivery address|recipient address|full address|alamat|alamat 1"
    "|alamat lengkap|alamat pengiriman|alamat penerima|alamat penghantaran|địa chỉ|địa chỉ 1|địa chỉ nhận hàng"
    "|地址|详细地址|收货地址|收件地址|街道|ที่อยู่|adresse|straße|strasse|anschrift",
    "address2": "address 2|address2|address line 2|shipping address 2|ship to address 2|alamat 2|địa chỉ 2|地址2|adresse 2",
    "district": "district|subdistrict|suburb|kecamatan|kelurahan|daerah|quận huyện|quận|huyện|phường xã|区|区县|เขต|อำเภอ",
    "city": "city|town|shipping city|ship city|ship to city|kota|kota kabupaten|kabupaten|bandar|thành phố|城市|市"
    "|เมือง|ort|stadt",
    "province": "province|state|region|county|shipping state|shipping province|ship state|ship to state|provinsi|negeri"
    "|wilayah|tỉnh|tỉnh thành phố|tỉnh thành|省|省份|州|จังหวัด|bundesland",
    "postal_code": "postal code|postcode|zip|zip code|zipcode|post code|shipping zip|ship zipcode|ship to zip|kode pos"
    "|poskod|mã bưu điện|mã bưu chính|邮编|邮政编码|รหัสไปรษณีย์|plz|postleitzahl",
    "country": "country|country code|shipping country|ship country|ship to country|negara|quốc gia|nước|国家|国家地区"
    "|ประเทศ|land",
    "note": "note|notes|remark|remarks|comment|comments|customer note|buyer note|message|order notes|catatan"
    "|catatan pembeli|nota|ghi chú|lời nhắn|备注|买家留言|留言|หมายเหตุ|bemerkung|notiz",
    "line_id": "line id|item id|order item id|line number|transaction id|id baris|mã dòng|行号|子订单号",
    "sku": "sku|seller sku|item sku|product sku|sku code|article number|item code|product code|custom label|part number"
    "|kode barang|kode produk|nomor referensi sku|sku induk|kod produk|kod barang|mã sản phẩm|mã hàng|mã sku"
    "|sku编码|商品编码|商家编码|货号|รหัสสินค้า|artikelnummer|artnr",
    "item_name": "item name|product|product name|item|item title|title|description|item description|lineitem name"
    "|nama produk|nama barang|produk|barang|nama item|tên sản phẩm|sản phẩm|tên hàng|商品名称|商品|品名|产品名称"
    "|ชื่อสินค้า|artikel|artikelbezeichnung|bezeichnung",
    "quantity": "quantity|qty|pcs|pieces|units|item quantity|quantity ordered|quantity purchased|kuantitas|jumlah barang"
    "|jumlah produk|banyaknya|kuantiti|bilangan|số lượng|数量|件数|จำนวน|menge|anzahl|stückzahl",
    "unit_price": "unit price|price|item price|selling price|item cost|harga|harga satuan|harga jual|harga seunit"
    "|đơn giá|giá|giá bán|单价|价格|售价|ราคา|preis|einzelpreis",
}

# Parts of one thing in several columns, which are put together in the file's order.
PARTS: Mapping[str, str] = {
    "recipient_name": "first name|last name|given name|surname|shipping first name|shipping last name|nama depan"
    "|nama belakang|họ|tên|vorname|nachname",
    "address1": "house number|house no|nomor rumah|số nhà|门牌号|hausnummer",
    "item_name": "variation|variations|variation name|variant|option|options|variasi|nama variasi|variasi produk"
    "|phân loại|phân loại hàng|规格|颜色分类|ตัวเลือก|variante",
}

STATUS_WORDS: Mapping[str, str] = {
    "unpaid": "unpaid|pending|pending payment|on hold|on-hold|awaiting payment|belum bayar|belum dibayar|belum bayar"
    "|menunggu pembayaran|chờ thanh toán|chưa thanh toán|待付款|未付款|ยังไม่ชำระ|unbezahlt|offen",
    "paid": "paid|processing|new|confirmed|to ship|awaiting shipment|unshipped|sudah dibayar|dibayar|perlu dikirim"
    "|diproses|telah dibayar|dibayar|đã thanh toán|chờ xử lý|chờ lấy hàng|已付款|待发货|ชำระแล้ว|bezahlt|in bearbeitung",
    "ready": "ready|ready to ship|siap dikirim|siap dihantar|sẵn sàng giao|待揽收|可发货|versandbereit",
    "shipped": "shipped|fulfilled|dispatched|in transit|to receive|dikirim|sudah dikirim|telah dihantar|dihantar"
    "|đã gửi|đang giao|đã giao cho vận chuyển|已发货|运输中|จัดส่งแล้ว|versandt|versendet|verschickt",
    "completed": "completed|complete|delivered|received|closed|selesai|diterima|lengkap|hoàn thành|đã giao|đã nhận"
    "|已完成|交易成功|已签收|สำเร็จ|abgeschlossen|zugestellt",
    "cancelled": "cancelled|canceled|refunded|voided|failed|rejected|dibatalkan|batal|đã hủy|hủy|已取消|已退款|交易关闭"
    "|ยกเลิก|storniert|abgebrochen|erstattet",
}

_BETWEEN = re.compile(r"[\W_]+")
_PREFIX = re.compile(r"^(?:ship(?:ping)?|delivery|recipient|receiver|order|customer) ")
_SUFFIX = re.compile(r" (?:shipping|delivery|recipient|ship to)$")
_BILLING = re.compile(r"\b(?:billing|bill|invoice|penagihan|rechnung\w*|payer)\b")


def plain_words(header: str) -> str:
    """A header as it is looked up: lower case, one blank between words, nothing else."""
    return " ".join(_BETWEEN.sub(" ", header).split()).casefold()


@cache
def _targets() -> dict[str, str]:
    found: dict[str, str] = {}
    for table in (PARTS, HEADER_WORDS):
        for target, words in table.items():
            found.update(dict.fromkeys(words.split("|"), target))
            found.setdefault(plain_words(target), target)
    return found


@cache
def status_words() -> dict[str, str]:
    """Word in lower case -> a template status."""
    return {word: status for status, words in STATUS_WORDS.items() for word in words.split("|")}


def is_header_word(header: str) -> bool:
    """Whether ``header`` is one of the usual words of a header."""
    return plain_words(header) in _targets()


def guess_columns(headers: Sequence[str], joins: Mapping[str, str]) -> dict[str, str]:
    """Header -> what it probably is; headers that say nothing are left out, and so are those of a billing address.

    A thing is found once, in its plainest column, unless it may stand in several (``joins``) and they are its parts.
    """
    found: dict[str, str] = {}
    taken: dict[str, str] = {}
    for attempt in (_as_it_is, _without_prefix, _without_suffix):
        for header in headers:
            words = plain_words(header)
            target = _targets().get(attempt(words), "")
            if not target or header in found or _BILLING.search(words):
                continue
            part = target in joins and _is_part(target, attempt(words))
            goes_with = part and (taken.get(target) == "part" or target == "item_name")
            if target in taken and not goes_with:
                continue
            found[header] = target
            taken.setdefault(target, "part" if part else "whole")
    return {header: found[header] for header in headers if header in found}


def _is_part(target: str, words: str) -> bool:
    return words in PARTS.get(target, "").split("|")


def _as_it_is(words: str) -> str:
    return words


def _without_prefix(words: str) -> str:
    return _PREFIX.sub("", words)


def _without_suffix(words: str) -> str:
    return _SUFFIX.sub("", words)
