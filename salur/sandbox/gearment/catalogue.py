"""The vendor's catalogue: some articles to begin with, and those that control adds."""

from salur.sandbox.gearment import codes
from salur.sandbox.gearment.model import Product, Variant

_FRONT, _BACK, _WHOLE = (f"PRINT_LOCATION_CODE_{name}" for name in ("FRONT", "BACK", "WHOLE"))
_COLORS = (("Black", "#000000"), ("White", "#FFFFFF"), ("Navy", "#1F2A44"))
_SIZES = ("S", "M", "L", "XL")
#: name, stem of the SKUs, where it is printed, colours, sizes, US cents
_ARTICLES = (
    ("Classic T-shirt", "GM-TEE", (_FRONT, _BACK), _COLORS, _SIZES, 899),
    ("Hoodie", "GM-HOODIE", (_FRONT, _BACK), _COLORS[:2], _SIZES, 2199),
    ("Ceramic mug", "GM-MUG", (_WHOLE,), _COLORS[1:2], ("11oz", "15oz"), 649),
)


class Catalogue:
    """Products and variants, in the order in which they were added."""

    def __init__(self) -> None:
        self.products: list[Product] = []
        self.variants: dict[str, Variant] = {}
        for name, stem, locations, colors, sizes, cents in _ARTICLES:
            product = self._add_product(name, locations)
            for color, hex_color in colors:
                for size in sizes:
                    sku = f"{stem}-{color}-{size}".upper()
                    self._add_variant(product, sku, color, size, hex_color, cents)

    def _add_product(self, name: str, locations: tuple[str, ...]) -> Product:
        number = len(self.products) + 1
        product = Product(f"GP{number:04d}", 100 + number, name, locations)
        self.products.append(product)
        return product

    def _add_variant(self, product: Product, sku: str, color: str, size: str, hex_color: str, cents: int) -> Variant:
        number = len(self.variants) + 1
        variant = Variant(f"GM{number:010d}", 20000 + number, sku, color, size, hex_color, cents, product)
        product.variants.append(variant)
        self.variants[variant.variant_id] = variant
        return variant

    def with_sku(self, sku: str) -> Variant:
        """The variant of a SKU; made as an article of its own when there is none."""
        for variant in self.variants.values():
            if variant.sku == sku:
                return variant
        product = self._add_product(f"Article {sku}", tuple(codes.LOCATIONS))
        return self._add_variant(product, sku, "White", "One size", "#FFFFFF", 999)

    def find(self, variant_id: str, legacy_id: int) -> Variant | None:
        """By id, or by the older number where the id is empty."""
        if variant_id:
            return self.variants.get(variant_id)
        return next((one for one in self.variants.values() if one.legacy_id == legacy_id), None)
