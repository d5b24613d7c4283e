#!/bin/sh
# Runs in the container shop-setup: WordPress, WooCommerce, the plugin and three goods. A second run changes nothing.
set -eu
cd /var/www/html

wp core is-installed 2>/dev/null || wp core install \
  --url=http://shop.localhost:8080 --title="Demo shop" --locale=ru_RU \
  --admin_user=demo --admin_password=demo --admin_email=demo@example.com --skip-email
wp plugin is-installed woocommerce || wp plugin install woocommerce
wp plugin activate woocommerce sklad-bridge
wp rewrite structure '/%postname%/' --hard
wp option update woocommerce_currency RUB
wp option update woocommerce_coming_soon no

for goods in "MUG-1|Кружка|590" "TEA-1|Чай|350" "BOX-1|Коробка|120"; do
  sku=${goods%%|*} rest=${goods#*|}
  wp wc product list --user=demo --sku="$sku" --format=ids | grep -q . || wp wc product create --user=demo \
    --sku="$sku" --name="${rest%%|*}" --regular_price="${rest##*|}" --manage_stock=true --stock_quantity=10
done
echo "The shop: http://shop.localhost:8080/wp-admin, login demo, password demo"
