import { Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ArmError, throwIfAny } from '../arm/arm-error.js';
import { ArmTenant, type TenantRequest } from '../arm/arm-request.js';
import { NeedsNothing } from '../arm/needs.js';
import { parseBody } from '../arm/parse-body.js';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { faultOf, faultToWire, problemsOf } from './fault-rules.js';
import { FaultListWire, FaultWire, NamedFaultWire } from './fault.wire.js';
import { faultsOf, findFault, insertFault, removeFault } from './faults.repository.js';
import { FaultRoute } from './openapi.js';

/** A tenant's faults are read with every request and operation while there are any. */
const MOST_FAULTS = 100;

/** Switches for faults, with which users test their own programs. */
@ApiTags('Faults')
@Controller('faults')
export class FaultsController {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
  ) {}

  /** The faults that are switched on in the caller's tenant. */
  @Get()
  @NeedsNothing('switches exist only where the installation was started for tests')
  @FaultRoute('Faults_List', { answers: { 200: ['The faults.', FaultListWire] } })
  async list(@ArmTenant() { caller }: TenantRequest): Promise<FaultListWire> {
    this.requireOn();
    return { value: (await faultsOf(this.database, caller.tenantId)).map(faultToWire) };
  }

  /** One fault, if it is switched on. */
  @Get(':faultName')
  @NeedsNothing('switches exist only where the installation was started for tests')
  @FaultRoute('Faults_Get', { answers: { 200: ['The fault.', NamedFaultWire] } })
  async get(@ArmTenant() { caller }: TenantRequest, @Param('faultName') name: string): Promise<NamedFaultWire> {
    this.requireOn();
    const found = await findFault(this.database, caller.tenantId, name);
    if (!found) throw new ArmError('ResourceNotFound', `There is no fault '${name}' in the tenant ${caller.tenantId}.`);
    return faultToWire(found);
  }

  /** Switches a fault on, or sets it anew with its counts at zero. */
  @Put(':faultName')
  @NeedsNothing('switches exist only where the installation was started for tests')
  @FaultRoute('Faults_Set', {
    body: FaultWire,
    answers: { 200: ['It was set anew.', NamedFaultWire], 201: ['It is switched on.', NamedFaultWire] },
  })
  async set(@ArmTenant() request: TenantRequest, @Param('faultName') name: string): Promise<NamedFaultWire> {
    this.requireOn();
    const parsed = parseBody(FaultWire, request.body);
    if ('problems' in parsed) throwIfAny(parsed.problems);
    const { tenantId } = request.caller;
    const fault = faultOf(tenantId, name, (parsed as { body: FaultWire }).body);
    throwIfAny(problemsOf(fault));
    await this.database.transaction(async (tx) => {
      const isNew = !(await removeFault(tx, tenantId, name));
      if ((await faultsOf(tx, tenantId)).length >= MOST_FAULTS)
        throw new ArmError('QuotaExceeded', `A tenant has at most ${MOST_FAULTS} faults. Switch one off first.`);
      await insertFault(tx, fault);
      request.answer(isNew ? 201 : 200);
    });
    return faultToWire(fault);
  }

  /** Switches a fault off; what it held up goes on. */
  @Delete(':faultName')
  @NeedsNothing('switches exist only where the installation was started for tests')
  @FaultRoute('Faults_Delete', { answers: { 200: ['It is switched off.'], 204: ['It was not switched on.'] } })
  async delete(@ArmTenant() request: TenantRequest, @Param('faultName') name: string): Promise<void> {
    this.requireOn();
    request.answer((await removeFault(this.database, request.caller.tenantId, name)) ? 200 : 204);
  }

  private requireOn(): void {
    if (this.config.faults === 'on') return;
    throw new ArmError(
      'InvalidResourceType',
      'Fault switches are off here. Start the service with BERTH_FAULTS=on to use them.',
    );
  }
}
