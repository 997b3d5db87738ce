-- The job of the benchmark in DuckDB, by the same rule: a row names whoever has its
-- customer id, else whoever has its e-mail address (the first in the directory where
-- several do); blanks and case do not matter; rows that cannot be read are passed over.
create temp table directory as
select row_number() over () as n, customer_id, email, full_name, country, state, language,
       lower(trim(customer_id)) as id, lower(trim(email)) as mail
from read_csv('$DIR/customers.csv', header = true, auto_detect = false, ignore_errors = true, delim = ',', quote = '"', escape = '"',
  columns = {'customer_id': 'VARCHAR', 'email': 'VARCHAR', 'full_name': 'VARCHAR', 'country': 'VARCHAR', 'state': 'VARCHAR', 'dob': 'VARCHAR',
             'language': 'VARCHAR', 'phone': 'VARCHAR', 'street': 'VARCHAR', 'city': 'VARCHAR', 'postal_code': 'VARCHAR', 'status': 'VARCHAR'});

create temp table named as
select id, mail, bit_or(source) as sources from (
  select lower(trim(customer_id)) as id, null as mail, 1 as source
  from read_csv('$DIR/crm.csv', header = true, auto_detect = false, ignore_errors = true, delim = ',', quote = '"',
    columns = {'at': 'VARCHAR', 'actor': 'VARCHAR', 'customer_id': 'VARCHAR', 'action': 'VARCHAR'})
  union all
  select null, lower(trim(requester)), 2
  from read_csv('$DIR/support.csv', header = true, auto_detect = false, ignore_errors = true, delim = ',', quote = '"',
    columns = {'ticket': 'VARCHAR', 'requester': 'VARCHAR', 'size': 'VARCHAR'})
  union all
  select lower(trim(customer_id)), lower(trim(email)), 4
  from read_csv('$DIR/billing.csv', header = true, auto_detect = false, ignore_errors = true, delim = ',', quote = '"',
    columns = {'customer_id': 'VARCHAR', 'email': 'VARCHAR', 'amount': 'VARCHAR'})
) group by id, mail;

create temp table ids as select id, min(n) as n from directory where id <> '' group by id;
create temp table mails as select mail, min(n) as n from directory where mail <> '' group by mail;

create temp table affected as
select coalesce(i.n, m.n) as n, bit_or(sources) as sources
from named left join ids i on named.id = i.id left join mails m on named.mail = m.mail
where coalesce(i.n, m.n) is not null group by 1;

copy (select customer_id, full_name, email, country, state, language, sources from affected join directory using (n)) to '$DIR/duckdb-people.csv' (header true);
select count(*) from affected;
