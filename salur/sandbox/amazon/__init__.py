"""A simulated Amazon: Login with Amazon, the Selling Partner API's orders, shipment confirmation and listings."""
