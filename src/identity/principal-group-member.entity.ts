import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { PrincipalGroup } from './principal-group.entity.js';
import { ServicePrincipal } from './service-principal.entity.js';
import { User } from './user.entity.js';

const KEY = { primaryKeyConstraintName: 'principal_group_members_pkey' };

/** Who is in a group. Goes with the group, and with who it is. */
@Entity('principal_group_members')
@Index('principal_group_members_by_member', ['memberId'])
@Index('principal_group_members_by_user', ['userId'])
@Index('principal_group_members_by_service_principal', ['servicePrincipalId'])
@Check('principal_group_members_one_kind', 'num_nonnulls(user_id, service_principal_id) = 1')
@Check('principal_group_members_is_that', 'member_id = coalesce(user_id, service_principal_id)')
export class PrincipalGroupMember {
  @PrimaryColumn('uuid', KEY)
  @ForeignKey(() => PrincipalGroup, { name: 'principal_group_members_group', onDelete: 'CASCADE' })
  readonly groupId: string;

  /** The object id, of whatever kind it is. */
  @PrimaryColumn('uuid', KEY)
  readonly memberId: string;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => User, { name: 'principal_group_members_user', onDelete: 'CASCADE' })
  readonly userId: string | null;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => ServicePrincipal, 'objectId', {
    name: 'principal_group_members_service_principal',
    onDelete: 'CASCADE',
  })
  readonly servicePrincipalId: string | null;

  @Column('timestamptz')
  readonly addedAt: Date;
}
