-- PostgreSQL learns the `json_each(text)` that SQLite has, so that lists are passed to both in the same words.
create function json_each(list text) returns table (value text)
    language sql immutable strict parallel safe
    as $$ select json_array_elements_text(list::json) $$;
