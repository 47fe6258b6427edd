"""Those who write to the demo's workspaces, besides the few of the small world.

Each with a key, names, address, number and company.
"""

from __future__ import annotations

from collections.abc import Sequence

from koine.demo.stage import Known

# fmt: off
LAMPLIGHT: Sequence[Known] = (
    ("amara", "Amara", "Nwosu", "amara.nwosu@example.com", "+15550100201", ""),
    ("bjorn", "Björn", "Åkesson", "bjorn@akesson.example.org", "", "Åkesson & Döttrar AB"),
    ("chiara", "Chiara", "Rinaldi", "chiara.rinaldi@example.org", "", "Forno Rinaldi"),
    ("dmitri", "Дмитрий", "Волков", "dmitri.volkov@example.org", "", ""),
    ("elif", "Elif", "Yıldız", "elif@yildiz.example.com", "", "Yıldız Mimarlık Ltd. Şti."),
    ("farid", "فريد", "منصور", "farid.mansour@example.org", "+15550100206", ""),
    ("grainne", "Gráinne", "Ní Bhriain", "grainne@example.org", "", ""),
    ("hana", "佐藤 花", "", "hana.sato@example.com", "", ""),
    ("isaac", "Isaac", "Okonkwo", "isaac.okonkwo@example.com", "+15550100209", ""),
    ("jin", "Jin-ho", "Park 박진호", "jinho.park@example.com", "", "Gwang Lighting"),
    ("kavya", "Kavya", "Raman", "kavya.raman@example.org", "", ""),
    ("kofi", "Kofi", "Agyeman", "kofi.agyeman@example.org", "", ""),
    ("leila", "Leila", "Haddad", "leila.haddad@example.com", "", ""),
    ("mateo", "Mateo", "Quispe", "mateo.quispe@example.org", "", "Municipalidad de Tarma"),
    ("noa", "נועה", "לוי", "noa.levy@example.org", "", ""),
    ("oskar", "Oskar", "Nowak", "oskar.nowak@example.com", "", ""),
    ("priya", "Priya", "Venkataraman-Krishnamurthy", "priya.venkataraman-krishnamurthy@example.com", "", ""),
    ("quentin", "Quentin", "Dubois", "quentin.dubois@example.org", "", ""),
    ("ruth", "Ruth", "Adler", "ruth@reading-room.example.org", "", "Reading Room Committee"),
    ("sione", "Sione", "Tupou", "sione.tupou@example.com", "+15550100219", ""),
    ("tane", "Tāne", "Parata", "tane.parata@example.org", "", ""),
    ("thuy", "Thị Thúy", "Nguyễn", "thuy.nguyen@example.org", "", "Trường Hoa Sen"),
    ("uma", "Uma", "O'Connell-Whitfield", "uma@winter-fair.example.org", "+15550100222", "Winter Fair"),
    ("vera", "", "", "v.k.7781@example.org", "", ""),
    ("wale", "Wale", "Adeyemi", "wale@adeyemi.example.com", "", "Adeyemi & Sons"),
    ("xolani", "Xolani", "Dube", "xolani.dube@example.com", "", ""),
    ("yara", "", "", "", "+15550100227", ""),
    ("bruna", "Bruna", "", "bruna@example.org", "", ""),
    ("newsdesk", "News desk", "", "newsdesk@evening-post.example.org", "", "Evening Post"),
    ("newlead", "Adaeze", "Obi", "adaeze.obi@example.com", "", "Obi Home Stores"),
    ("scouts", "Scouts of the Hill", "", "scouts@example.org", "", ""),
    ("rosa", "Rosa", "Jiménez", "", "+15550100232", ""),
    ("tariq", "Tariq", "Aziz", "tariq.aziz@example.com", "+15550100233", ""),
    ("ingrid", "Ingrid", "Solberg", "ingrid@solberg.example.org", "", ""),
    ("lucky", "Prince", "of Lamps", "lucky@lucky.example.org", "", ""),
    ("pele", "Pele", "Kealoha", "pele.kealoha@example.org", "", ""),
    ("nils", "Nils", "Berg", "nils.berg@example.org", "+15550100237", ""),
    ("aiko", "Aiko", "Mori", "aiko.mori@example.com", "", ""),
    ("bruno", "Bruno", "Fontaine", "", "+15550100239", ""),
)
HARBOUR: Sequence[Known] = (
    ("anton", "Anton", "Keller", "anton.keller@example.org", "", ""),
    ("bea", "Beatriz", "Sousa", "bea.sousa@example.com", "", ""),
    ("cem", "Cem", "Arslan", "cem.arslan@example.com", "", ""),
    ("dalia", "Dalia", "Rabinovich", "dalia.rabinovich@example.org", "", ""),
    ("emeka", "Emeka", "Eze", "emeka.eze@example.org", "+15550100305", "City Library"),
    ("fern", "Fern", "Calloway", "fern.calloway@example.com", "", "Ropewalk Book Club"),
    ("gus", "Gustavo", "Lima", "gustavo.lima@example.com", "", ""),
    ("ida", "Ida", "Lund", "ida.lund@example.org", "", ""),
    ("jo", "Jo", "", "jo@example.com", "", ""),
    ("kiri", "Kiri", "Walker", "kiri.walker@example.org", "+15550100310", ""),
    ("lou", "Lou", "Castellanos", "lou.castellanos@example.org", "", ""),
    ("sam", "Sam", "", "sam.after.school@example.com", "", ""),
)
SALTMARSH: Sequence[Known] = (
    ("ansel", "Ansel", "Brightwater", "ansel.brightwater@example.com", "+15550100401", ""),
    ("bo", "张博", "", "bo.zhang@example.org", "", ""),
    ("carys", "Carys", "Llewellyn", "carys.llewellyn@example.org", "", ""),
    ("dov", "Dov", "Stern", "dov.stern@example.com", "+15550100404", ""),
    ("eun", "Eun-ji", "Kim", "eunji.kim@example.com", "", ""),
    ("flo", "Florence", "Abiodun", "florence.abiodun@example.org", "", ""),
    ("gil", "Gil", "Navarro", "gil.navarro@example.com", "", ""),
    ("hux", "Huxley Primary School", "", "office@huxley-primary.example.org", "", "Huxley Primary School"),
    ("huxley", "Thelma", "Huxley", "thelma.huxley@example.org", "", ""),
    ("iman", "Iman", "Al-Sayed", "iman.alsayed@example.org", "", ""),
    ("juno", "Juno", "Makepeace", "juno.makepeace@example.com", "", ""),
    ("lars", "Lars", "Thorsen", "lars.thorsen@example.org", "+15550100412", ""),
    ("wes", "Wes", "Tolliver", "wes.tolliver@example.com", "+15550100413", ""),
    ("edith", "Edith", "Pym", "edith.pym@example.org", "", ""),
    ("rio", "Rio", "Castellan", "rio@marsh-light.example.org", "", "Marsh Light Films"),
    ("theo", "Theo", "Abiodun", "theo.abiodun@example.org", "", ""),
    ("anya", "Anya", "Petrova", "anya@choir.example.org", "", "Choir of St Brannoc"),
    ("tess", "Tess", "Molloy", "tess.molloy@example.com", "", ""),
    ("ned", "Ned", "Ferris", "ned.ferris@example.com", "", ""),
    ("oya", "Oya", "Demir", "oya.demir@example.com", "", ""),
    ("adafriend", "Augusta", "King", "augusta.king@example.org", "", ""),
)
