    close_all();
    end();
    return 0;
}
