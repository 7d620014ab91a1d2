/** What a newcomer can paste into another terminal, line by line, once the service is ready. */
export const WELCOME = `
eval "$(npm run -s env)"; arm() { curl -sS --fail-with-body --cacert "$BERTH_CA_FILE" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -X "$1" "$BERTH_ENDPOINT/subscriptions/$BERTH_SUBSCRIPTION_ID/resourceGroups/demo$2" -d "$3"; }
TOKEN=$(curl -sS --cacert "$BERTH_CA_FILE" "$BERTH_ENDPOINT/$BERTH_TENANT_ID/oauth2/v2.0/token" -d grant_type=client_credentials -d "client_id=$BERTH_CLIENT_ID" -d "client_secret=$BERTH_CLIENT_SECRET" -d "scope=$BERTH_ENDPOINT/.default" | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
arm PUT '?api-version=2021-04-01' '{"location":"westeurope"}'; R=/providers/Microsoft.ContainerRegistry/registries/demo$$; V='api-version=2025-11-01'
arm PUT "$R?$V" '{"location":"westeurope","sku":{"name":"Basic"},"properties":{"adminUserEnabled":true}}'; sleep 2; SERVER=$(arm GET "$R?$V" | sed 's/.*"loginServer":"\\([^"]*\\)".*/\\1/')
arm POST "$R/listCredentials?$V" {} | sed 's/.*"value":"\\([^"]*\\)".*/\\1/' | skopeo login --cert-dir "$(dirname "$BERTH_CA_FILE")" -u demo$$ --password-stdin "$SERVER"
`.trim();
