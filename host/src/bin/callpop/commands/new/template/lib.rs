//! {{ name }}: {{ opens }}.

{{ uses }}

#[cfg(test)]
mod tests;

{% for page in [contact_page, log_page] if page and page.constant %}
{{ page.constant }}
{% if loop.last %}

{% endif %}
{% endfor %}
#[derive(Default)]
struct {{ type_name }};

impl Adapter for {{ type_name }} {
{% if contact_page %}
    /// `{{ contact_page.template }}`
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
{{ contact_page.body }}
    }
{% endif %}
{% if log_page %}
{% if contact_page %}

{% endif %}
    /// `{{ log_page.template }}`
    fn open_log_page(&self, context: &Context, log: &CallLog) -> CallbackResult {
{{ log_page.body }}
    }
{% endif %}
}

callpop_adapter::export_adapter!({{ type_name }});
