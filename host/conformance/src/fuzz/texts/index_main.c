static void close_all(void) {}

int main(int argc, char **argv) {
    load(argc > 1 ? argv[1] : PLUGIN, CONFIG);
    table = plugin->index;
    if (table == NULL) fail(0, "it is no index");
