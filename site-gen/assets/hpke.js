// Stand-in until the desk is written.
