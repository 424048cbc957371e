"""Addresses of the catalogue room, of carts and of subscriptions."""

from django.urls import path

from outtask.catalogue.views import cart, imports, items, subscriptions

urlpatterns = [
    path("catalogue", items.catalogue, name="catalogue"),
    path("catalogue/catalogue.csv", items.table, name="catalogue-csv"),
    path("catalogue/compare", items.compare, name="catalogue-compare"),
    path("catalogue/import", imports.upload, name="catalogue-import"),
    path("catalogue/import/preview", imports.preview_page, name="catalogue-import-preview"),
    path("catalogue/items/new", items.new, name="item-new"),
    path("catalogue/items/<uuid:item_id>", items.item, name="item"),
    path("catalogue/items/<uuid:item_id>/change", items.change, name="item-change"),
    path("catalogue/items/<uuid:item_id>/price", items.price, name="item-price"),
    path("catalogue/items/<uuid:item_id>/withdrawal", items.withdrawal, name="item-withdrawal"),
    path("cart", cart.cart, name="cart"),
    path("cart/orders", cart.order, name="cart-order"),
    path("cart/items/<uuid:item_id>", cart.put, name="cart-item"),
    path("cart/items/<uuid:item_id>/removal", cart.removal, name="cart-item-removal"),
    path("subscriptions", subscriptions.subscriptions, name="subscriptions"),
    path(
        "subscriptions/<uuid:subscription_id>/cancellation",
        subscriptions.cancellation,
        name="subscription-cancellation",
    ),
]
