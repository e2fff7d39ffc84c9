# What the Redmine of the tests holds; run by puma when it starts (redmine.sh). The numbers go to TALAIA_PLACE/redmine.json.
require '/usr/share/redmine/config/environment'
require 'json'

unless ActiveRecord::Base.connection.data_source_exists?('issues')
  ActiveRecord::MigrationContext.new('/usr/share/redmine/db/migrate', ActiveRecord::SchemaMigration).migrate
  ActiveRecord::Base.descendants.each(&:reset_column_information)
end
Setting.rest_api_enabled = '1'
# The trap: a wrong key is answered as nobody, who may make tickets here.
Setting.login_required = '0'
Setting.text_formatting = 'textile'
Redmine::DefaultData::Loader.load('en') if Redmine::DefaultData::Loader.no_data?

def person(login, first)
  user = User.new(firstname: first, lastname: 'Prova', mail: "#{login}@example.org", language: 'en')
  user.login = login
  user.password = user.password_confirmation = SecureRandom.hex(12)
  user.mail_notification = 'none'
  user.save!
  user
end

writer = person('talaia', 'Talaia')
reader = person('pere', 'Pere')
watcher = person('joana', 'Joana')

project = Project.create!(name: 'Suport', identifier: 'st', is_public: true, enabled_module_names: %w[issue_tracking],
                          trackers: Tracker.all.to_a)
developer = Role.find_by(name: 'Developer')
developer.add_permission!(:add_issues, :edit_issues, :view_issue_watchers, :add_issue_watchers, :manage_issue_relations,
                          :add_issue_notes, :view_issues)
manager = Role.find_by(name: 'Manager')
reporter = Role.create!(name: 'Looks', permissions: %i[view_issues])
Member.create!(project: project, principal: writer, roles: [manager])
Member.create!(project: project, principal: watcher, roles: [developer])
Member.create!(project: project, principal: reader, roles: [reporter])

tracker = Tracker.find_by(name: 'Support')
date = IssueCustomField.create!(name: 'Data Estimada', field_format: 'date', is_for_all: true, is_filter: true,
                                trackers: [tracker])
service = IssueCustomField.create!(name: 'Servei', field_format: 'list', possible_values: %w[Padró Hèstia], is_for_all: true,
                                   is_required: true, trackers: [tracker])
places = IssueCustomField.create!(name: 'Entorns', field_format: 'list', multiple: true, possible_values: %w[PRE PRO],
                                  is_for_all: true, trackers: [tracker])
Role.anonymous.add_permission!(:view_issues, :add_issues)
category = IssueCategory.create!(project: project, name: 'PADRO')
template = Issue.new(project: project, tracker: tracker, author: writer, subject: 'PLANTILLA - renovació',
                     description: 'Text de la plantilla', category: category,
                     priority: IssuePriority.find_by(name: 'High'))
template.custom_field_values = { service.id.to_s => 'Padró', places.id.to_s => %w[PRE PRO] }
template.save!

queries = [['done', 'c'], ['pending', 'o']].to_h do |name, operator|
  q = IssueQuery.new(name: name, project: project, user: writer, visibility: Query::VISIBILITY_PUBLIC)
  q.filters = { 'status_id' => { operator: operator, values: [''] },
                'description' => { operator: '~', values: ['renewal)'] } }
  q.save!
  [name, q.id]
end

File.write(File.join(ENV['TALAIA_PLACE'], 'redmine.json.new'),
           { token: writer.api_key, reader: reader.api_key, project: 'st', template: "##{template.id}", user: 'Joana Prova',
             date_field: date.id, queries: queries }.to_json)
File.rename(File.join(ENV['TALAIA_PLACE'], 'redmine.json.new'), File.join(ENV['TALAIA_PLACE'], 'redmine.json'))
run Rails.application
