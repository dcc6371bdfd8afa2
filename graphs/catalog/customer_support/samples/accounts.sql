-- The shop's accounts: what answers rest on. Every person, order and number is invented.
-- Money is in cents. What the workflow does for a customer is a row of `action`, once.
CREATE TABLE customer (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    address TEXT NOT NULL
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customer,
    item TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('placed', 'shipped', 'delivered', 'cancelled')),
    ordered_on TEXT NOT NULL,
    expected_on TEXT,
    delivered_on TEXT,
    carrier TEXT,
    CHECK ((status = 'delivered') = (delivered_on IS NOT NULL))
);
CREATE TABLE invoice (
    id TEXT PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders,
    cents INTEGER NOT NULL CHECK (cents > 0),
    currency TEXT NOT NULL,
    due_on TEXT NOT NULL,
    paid_on TEXT,
    refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND cents),
    CHECK (refunded = 0 OR paid_on IS NOT NULL)
);
CREATE TABLE ticket (
    id TEXT PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customer,
    subject TEXT NOT NULL,
    opened_on TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'closed'))
);
CREATE TABLE action (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('refund', 'cancellation', 'address_change')),
    customer INTEGER NOT NULL REFERENCES customer,
    order_id INTEGER REFERENCES orders,
    cents INTEGER,
    detail TEXT NOT NULL
);

INSERT INTO customer VALUES
    (1, 'Ana Lind', 'ana.lind@example.com', 'Birkenweg 4, 24103 Kiel'),
    (2, 'Ben Osei', 'ben.osei@example.com', '18 Quay Street, Leith EH6 6AB'),
    (3, 'Clara Duval', 'clara.duval@example.com', '7 rue des Tilleuls, 67000 Strasbourg'),
    (4, 'Dario Conti', 'dario.conti@example.com', 'Via Roma 12, 34121 Trieste'),
    (5, 'Esra Kaya', 'esra.kaya@example.com', 'Lindenallee 30, 50968 Cologne'),
    (6, 'Finn O''Shea', 'finn.oshea@example.com', '3 Mill Lane, Cork T12 XY45'),
    (7, 'Grace Mbeki', 'grace.mbeki@example.com', '55 Harbour Road, Bristol BS1 5TY'),
    (8, 'Hugo Sand', 'hugo.sand@example.com', 'Storgatan 9, 211 34 Malmo'),
    (9, 'Iris Novak', 'iris.novak@example.com', 'Dlouha 21, 110 00 Prague'),
    (10, 'Jonas Weber', 'jonas.weber@example.com', 'Marktplatz 2, 79098 Freiburg'),
    (11, 'Kim Tran', 'kim.tran@example.com', '90 Mortimer Street, London W1W 7FA'),
    (12, 'Lena Virtanen', 'lena.virtanen@example.com', 'Satamakatu 6, 33200 Tampere'),
    (13, 'Marco Silva', 'marco.silva@example.com', 'Rua das Flores 40, 4050-262 Porto'),
    (14, 'Nora Byrne', 'nora.byrne@example.com', '11 Abbey Court, Galway H91 AB12'),
    (15, 'Oskar Lund', 'oskar.lund@example.com', 'Havnegade 17, 8000 Aarhus'),
    (16, 'Petra Horvat', 'petra.horvat@example.com', 'Ilica 88, 10000 Zagreb'),
    (17, 'Quentin Moreau', 'quentin.moreau@example.com', '2 place du Marche, 1000 Brussels'),
    (18, 'Rosa Prat', 'rosa.prat@example.com', 'Carrer Nou 15, 08001 Barcelona'),
    (19, 'Sam Okafor', 'sam.okafor@example.com', '64 Kingsway, Cardiff CF10 3FD'),
    (20, 'Tove Berg', 'tove.berg@example.com', 'Fjordveien 5, 5003 Bergen');

INSERT INTO orders VALUES
    (1042, 1, 'Aster desk lamp', 'shipped', '2026-03-12', '2026-03-24', NULL, 'ParcelOne'),
    (1047, 1, 'Fjell bookshelf', 'placed', '2026-03-18', '2026-04-02', NULL, NULL),
    (1018, 2, 'Nord office chair', 'delivered', '2026-02-27', '2026-03-06', '2026-03-05', 'ParcelOne'),
    (1050, 3, 'Aster desk lamp', 'delivered', '2026-01-08', '2026-01-15', '2026-01-14', 'ParcelOne'),
    (1051, 4, 'Solo floor lamp', 'placed', '2026-03-19', '2026-03-27', NULL, NULL),
    (1052, 5, 'Nord office chair', 'shipped', '2026-03-02', '2026-03-10', NULL, 'Swift Freight'),
    (1053, 6, 'Fjell bookshelf', 'delivered', '2026-03-01', '2026-03-12', '2026-03-11', 'Swift Freight'),
    (1054, 7, 'Lumo smart bulb, set of 4', 'delivered', '2026-03-09', '2026-03-14', '2026-03-13', 'ParcelOne'),
    (1055, 8, 'Solo floor lamp', 'cancelled', '2026-02-20', NULL, NULL, NULL),
    (1056, 9, 'Birk side table', 'shipped', '2026-03-15', '2026-03-25', NULL, 'ParcelOne'),
    (1057, 10, 'Birk side table', 'delivered', '2026-03-04', '2026-03-11', '2026-03-10', 'ParcelOne'),
    (1058, 11, 'Lumo smart bulb, set of 4', 'placed', '2026-03-20', '2026-03-28', NULL, NULL),
    (1059, 12, 'Nord office chair', 'delivered', '2026-03-08', '2026-03-16', '2026-03-16', 'Swift Freight'),
    (1060, 13, 'Aster desk lamp', 'shipped', '2026-03-16', '2026-03-26', NULL, 'ParcelOne'),
    (1061, 14, 'Fjell bookshelf', 'placed', '2026-03-17', '2026-04-01', NULL, NULL),
    (1062, 15, 'Birk side table', 'delivered', '2026-02-11', '2026-02-18', '2026-02-17', 'ParcelOne'),
    (1063, 16, 'Solo floor lamp', 'shipped', '2026-03-14', '2026-03-23', NULL, 'ParcelOne'),
    (1064, 17, 'Nord office chair', 'placed', '2026-03-19', '2026-03-30', NULL, NULL),
    (1065, 18, 'Aster desk lamp', 'delivered', '2026-03-10', '2026-03-17', '2026-03-17', 'ParcelOne'),
    (1066, 19, 'Fjell bookshelf', 'shipped', '2026-03-11', '2026-03-22', NULL, 'Swift Freight'),
    (1067, 20, 'Lumo smart bulb, set of 4', 'delivered', '2026-03-06', '2026-03-12', '2026-03-12', 'ParcelOne'),
    (1068, 20, 'Birk side table', 'placed', '2026-03-19', '2026-03-29', NULL, NULL);

INSERT INTO invoice VALUES
    ('INV-2042', 1042, 8900, 'EUR', '2026-03-26', '2026-03-12', 0),
    ('INV-2047', 1047, 24900, 'EUR', '2026-04-01', NULL, 0),
    ('INV-2018', 1018, 31900, 'EUR', '2026-03-13', '2026-02-27', 0),
    ('INV-2050', 1050, 8900, 'EUR', '2026-01-22', '2026-01-08', 0),
    ('INV-2051', 1051, 12900, 'EUR', '2026-04-02', '2026-03-19', 0),
    ('INV-2052', 1052, 31900, 'EUR', '2026-03-16', '2026-03-02', 0),
    ('INV-2053', 1053, 24900, 'EUR', '2026-03-15', '2026-03-01', 0),
    ('INV-2054', 1054, 5960, 'EUR', '2026-03-23', '2026-03-09', 0),
    ('INV-2055', 1055, 12900, 'EUR', '2026-03-06', '2026-02-20', 12900),
    ('INV-2056', 1056, 7450, 'EUR', '2026-03-29', '2026-03-15', 0),
    ('INV-2057', 1057, 7450, 'EUR', '2026-03-18', NULL, 0),
    ('INV-2058', 1058, 5960, 'EUR', '2026-04-03', NULL, 0),
    ('INV-2059', 1059, 31900, 'EUR', '2026-03-22', '2026-03-08', 0),
    ('INV-2060', 1060, 8900, 'EUR', '2026-03-30', '2026-03-16', 0),
    ('INV-2061', 1061, 24900, 'EUR', '2026-03-31', '2026-03-17', 0),
    ('INV-2062', 1062, 7450, 'EUR', '2026-02-25', '2026-02-11', 2000),
    ('INV-2063', 1063, 12900, 'EUR', '2026-03-28', '2026-03-14', 0),
    ('INV-2064', 1064, 31900, 'EUR', '2026-04-02', '2026-03-19', 0),
    ('INV-2065', 1065, 8900, 'EUR', '2026-03-24', '2026-03-10', 0),
    ('INV-2066', 1066, 24900, 'EUR', '2026-03-25', '2026-03-11', 0),
    ('INV-2067', 1067, 5960, 'EUR', '2026-03-20', '2026-03-06', 0),
    ('INV-2068', 1068, 7450, 'EUR', '2026-04-02', NULL, 0);

INSERT INTO ticket VALUES
    ('T-301', 5, 'Chair is late', '2026-03-12', 'open'),
    ('T-288', 15, 'Scratch on the table top', '2026-02-19', 'closed'),
    ('T-307', 7, 'One bulb does not pair', '2026-03-15', 'open');
